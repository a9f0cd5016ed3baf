"""What a project says of the template that it was made from, as `.cruft.json` and `[tool.cruft]` have it."""

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kedro_modelops.errors import RefusedError

FILE = ".cruft.json"
COMMIT = "_commit"


@dataclass(frozen=True)
class Record:
    """Where a project comes from, and what was answered when it was baked."""

    state: dict[str, Any]
    skip: tuple[str, ...] = ()
    """What updates leave out."""
    plain: bool = True
    """Whether letters beyond ASCII are escaped."""

    @classmethod
    def read(cls, project: Path) -> "Record":
        """Reads it; it says nothing where the bake could not know the template's commit."""
        file, settings = project / FILE, project / "pyproject.toml"
        text = file.read_text("utf-8") if file.is_file() else "{}"
        try:
            state: dict[str, Any] = json.loads(text)
            told = tomllib.loads(settings.read_text("utf-8")) if settings.is_file() else {}
        except ValueError as error:
            msg = f"{FILE} or pyproject.toml cannot be read, {error}: `git log {FILE}` shows it as it was"
            raise RefusedError(msg) from error
        skip = [*(state.get("skip") or []), *told.get("tool", {}).get("cruft", {}).get("skip", [])]
        return cls(state, tuple(skip), text.isascii())

    @property
    def _context(self) -> dict[str, Any]:
        context: dict[str, Any] = self.state.get("context", {}).get("cookiecutter", {})
        return context

    @property
    def answers(self) -> dict[str, Any]:
        """What was answered, by question."""
        return {name: value for name, value in self._context.items() if not name.startswith("_")}

    def updated(self, template: str, commit: str, context: dict[str, Any]) -> str:
        """The file's text for another version.

        Args:
            template: Its address, where none is recorded yet.
            commit: Of the version.
            context: All that it was rendered from.
        """
        address = self.state.get("template", template)
        names, before = list(context), [name for name in self._context if name != COMMIT]
        if before == sorted(before):
            names.sort()
        elif set(before) == set(names) - {COMMIT}:
            names = before
        values = {name: context[name] for name in names if name != COMMIT} | {"_template": address, COMMIT: commit}
        known = {"template": address, "commit": commit, "checkout": None} | self.state
        state = known | {"commit": commit, "context": self.state.get("context", {}) | {"cookiecutter": values}}
        return json.dumps(state, indent=2, ensure_ascii=self.plain) + "\n"
