"""What the projects of a run share, as each would make the same: bytecode of packages, and uv for `make setup`."""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

VARIABLE = "SHARED_BY_TESTS"
"""Names the folder of all processes of a run; where it is not set, nothing is shared."""


def place(name: str) -> Path | None:
    """Where something lies that is shared."""
    return Path(os.environ[VARIABLE], name) if VARIABLE in os.environ else None


def environment() -> dict[str, str]:
    """In which every Python keeps what it has compiled in one folder, below the path of the source."""
    bytecode = place("bytecode")
    return {"PYTHONPYCACHEPREFIX": str(bytecode)} if bytecode else {}


def share_bytecode(project: Path) -> None:
    """Lets a project, once it has an environment, share the bytecode of its packages with all others.

    uv links the same files into each; what differs is compiled again, as Python compares size and time.
    """
    if bytecode := place("bytecode"):
        packages, own = bytecode / "packages", bytecode / (project / ".venv").relative_to(project.anchor)
        for folder in (packages, own.parent):
            folder.mkdir(parents=True, exist_ok=True)
        if not own.is_symlink():
            own.symlink_to(packages)


def lend_uv(project: Path) -> None:
    """Puts the uv that another project has fetched into one, so that `make setup` need not fetch it again."""
    if (lent := place("uv")) and lent.exists() and not (project / ".uv").exists():
        shutil.copytree(lent, project / ".uv", symlinks=True, copy_function=_link)
        (project / ".uv" / "ready").touch()  # newer than the lock


def keep_uv(project: Path) -> None:
    """Keeps the uv that a project has fetched, for others."""
    if (lent := place("uv")) and not lent.exists():
        copied = Path(tempfile.mkdtemp(dir=lent.parent), lent.name)
        shutil.copytree(project / ".uv", copied, symlinks=True, copy_function=_link)
        with contextlib.suppress(OSError):  # another process was quicker
            copied.rename(lent)


def _link(file: str, to: str) -> None:
    """A file that nobody changes; a copy where it lies on another disk."""
    try:
        os.link(file, to)
    except OSError:
        shutil.copy2(file, to)
