"""What the template's CHANGELOG.md says of the way from one version to another."""

import re
from pathlib import Path

FILE = "CHANGELOG.md"
ENTRY = re.compile(r"^- .*(?:\n(?!- |#|\n).*)*", re.MULTILINE)
"""An item of a list, with the lines that go on with it."""


def news(old: Path, new: Path) -> list[str]:
    """Entries that a version has, and another had not; each in one line, in the order of the file.

    Args:
        old: Folder of the template, in the version that the project has.
        new: The same, in the version that is wanted.
    """
    known = set(_entries(old))
    return [entry for entry in _entries(new) if entry not in known]


def _entries(template: Path) -> list[str]:
    file = template / FILE
    text = file.read_text("utf-8") if file.is_file() else ""
    return [" ".join(entry.removeprefix("- ").split()) for entry in ENTRY.findall(text)]
