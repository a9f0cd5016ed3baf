"""Whose a file of a project is: declared here, once.

What no layer names is *merged*: `pyproject.toml`, README, docs, settings and the rest, which both sides edit.
"""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

IDENTICAL = ("kedro-modelops/*", ".github/workflows/*", "docker/*", "deploy/*", "Makefile")
"""The platform's: as the template has it, in every project."""
TEAM = (
    "src/*",
    "tests/unit/*",
    "tests/contracts/*",
    "tests/data/*",
    "tests/rows.py",
    "conf/base/catalog.yml",
    "conf/base/parameters_*.yml",
    "conf/ci/parameters*.yml",
    "conf/production/parameters*.yml",
    "notebooks/*",
)
"""The team's: what the template has there belongs to its example."""
DATA = ("data/*", "dvc.lock", "*.dvc")
"""What DVC tracks, and what it says of that: no update touches it."""
NO_DATA = "data/*/.gitkeep"
"""Holds a folder for data, and is none."""
DERIVED = {"dvc.yaml": "make fix", "requirements/*.txt": "make lock"}
"""What a command writes from other files, and the command."""
RAW = "data/01_raw/*.dvc"
PLUGIN = "kedro-modelops/*"


def within(path: str, patterns: Iterable[str]) -> bool:
    """Whether one of the patterns describes a path; `*` stands for folders too."""
    return any(fnmatchcase(path, pattern) for pattern in patterns)


def is_data(path: str, pointers: Iterable[str] = ()) -> bool:
    """Whether a file is data, or a pointer to it; the pointers are those of the team, wherever they lie."""
    outputs = [pointer.removesuffix(".dvc") for pointer in pointers]
    named = any(path == output or path.startswith(f"{output}/") for output in outputs)
    return named or (within(path, DATA) and not fnmatchcase(path, NO_DATA))


def has_own_table(base: Mapping[str, Any], ours: Mapping[str, Any]) -> bool:
    """Whether none of the example's raw tables is in a project any more; false for one from before the layers."""
    raw = [path for path in base if fnmatchcase(path, RAW)]
    return bool(raw) and not any(path in ours for path in raw) and any(within(path, (PLUGIN,)) for path in base)
