"""Expressions of GitHub Actions, computed by GitHub's own evaluator."""

import json
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from baking import ROOT, npm_install

EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
Json = dict[str, Any]


@dataclass(frozen=True)
class Evaluator:
    """GitHub's evaluator.

    Attributes:
        process: It answers a line with a line.
        turn: Of those who ask at the same time.
    """

    process: "subprocess.Popen[str]"
    turn: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    @contextmanager
    def started(cls, home: Path) -> Iterator["Evaluator"]:
        """Installs it from its lock into a folder, and runs it until the body ends."""
        npm_install(ROOT / "tests" / "workflows", home)
        with subprocess.Popen(
            ["node", "expressions.mjs"], cwd=home, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            yield cls(process)

    def holds(self, condition: object, contexts: Json, status: dict[str, bool]) -> bool:
        """Whether an `if:` holds; where it asks for no status, all that came before has to have gone well."""
        text = "true" if condition is None else str(condition).strip()
        inside = EXPRESSION.fullmatch(text)
        text = inside.group(1) if inside else text
        if not re.search(r"\b(always|cancelled|failure|success)\s*\(", text):
            text = f"success() && ({text})"
        return bool(self._evaluate([text], contexts, status)[0])

    def texts(self, values: Json, contexts: Json) -> dict[str, str]:
        """Values of `env:`, `with:` or `outputs:`."""
        return {name: self.text(_plain(value), contexts) for name, value in values.items()}

    def text(self, text: str, contexts: Json) -> str:
        """A text in which each expression has given way to its value."""
        found = EXPRESSION.findall(text)
        if not found:
            return text
        values = iter(self._evaluate(found, contexts, {"success": True, "failure": False}))
        return EXPRESSION.sub(lambda _: _plain(next(values)), text)

    def _evaluate(self, expressions: list[str], contexts: Json, status: dict[str, bool]) -> list[Any]:
        functions = status | {"always": True, "cancelled": False}
        asked = json.dumps({"expressions": expressions, "contexts": contexts, "status": functions})
        assert self.process.stdin
        assert self.process.stdout
        with self.turn:
            print(asked, file=self.process.stdin, flush=True)
            answer = json.loads(self.process.stdout.readline())
        assert "error" not in answer, f"{expressions}: {answer['error']}"
        values: list[Any] = answer["values"]
        return values


def _plain(value: object) -> str:
    """A value as it stands in a text: `true`, not `True`."""
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)
