"""Changes of one file of a project."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Spoil = Callable[[Path], object]


@dataclass
class Edit:
    """A change of one file: what a pattern finds is replaced, or text is appended; the file is made if need be."""

    path: str
    pattern: str = ""
    text: str = ""

    def __call__(self, project: Path) -> None:
        file = project / self.path
        file.parent.mkdir(parents=True, exist_ok=True)
        before = file.read_text("utf-8") if file.exists() else ""
        after = (
            re.sub(self.pattern, self.text, before, count=1, flags=re.MULTILINE) if self.pattern else before + self.text
        )
        assert after != before, f"{self.path} is not spoiled by {self.pattern}"
        file.write_text(after, "utf-8")
