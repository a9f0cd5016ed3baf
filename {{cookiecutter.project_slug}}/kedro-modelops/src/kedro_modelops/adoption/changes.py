"""Changes of a project that are all made, or none: what stood there lies aside until the last one is."""

import json
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any

ASIDE = Path("build/adoption")
"""Where that lies, in the project's folder: to move a file there and back takes no time, however large it is."""
JOURNAL = "journal.jsonl"


class Changes:
    """Files that are written and taken away."""

    def __init__(self, project: Path) -> None:
        """Begins with none."""
        self._project, self._aside = project, project / ASIDE
        self._created: set[str] = set()

    def write(self, path: str, content: str | bytes) -> None:
        """Writes a file; what stood there lies aside."""
        self.remove(path)
        self.expect(path)
        file = self._project / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)

    def expect(self, path: str) -> None:
        """Notes a file that a program will write, or a folder of them."""
        if path in self._created or any(parent.as_posix() in self._created for parent in PurePosixPath(path).parents):
            return
        self._created.add(path)
        self._note("created", path)

    def remove(self, path: str) -> None:
        """Lays a file or folder aside, if it is there; what was written here is deleted."""
        found, kept = self._project / path, self._aside / path
        if not found.exists() and not found.is_symlink():
            return
        if kept.exists() or kept.is_symlink() or path in self._created:
            _delete(found)
            return
        self._note("moved", path)
        kept.parent.mkdir(parents=True, exist_ok=True)
        found.rename(kept)

    def keep_copy(self, path: str) -> None:
        """Remembers a file that a program will change."""
        found = self._project / path
        if found.exists():
            content = found.read_bytes()
            self.remove(path)
            found.write_bytes(content)
        self.expect(path)

    def _note(self, what: str, path: str) -> None:
        self._aside.mkdir(parents=True, exist_ok=True)
        with (self._aside / JOURNAL).open("a", encoding="utf-8") as journal:
            journal.write(json.dumps([what, path]) + "\n")
            journal.flush()
            os.fsync(journal.fileno())


def undo(project: Path) -> bool:
    """Puts everything back where it was before changes that were not finished; says whether there were any."""
    aside = project / ASIDE
    journal = aside / JOURNAL
    if not journal.exists():
        return False
    for line in reversed(journal.read_text("utf-8").splitlines()):
        with suppress(json.JSONDecodeError):
            what, path = json.loads(line)
            _undo(project, aside, what, path)
    shutil.rmtree(aside)
    return True


def _undo(project: Path, aside: Path, what: str, path: str) -> None:
    there, kept = project / path, aside / path
    if what == "created":
        _delete(there)
    elif kept.exists() or kept.is_symlink():
        _delete(there)
        there.parent.mkdir(parents=True, exist_ok=True)
        kept.rename(there)


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def all_or_none(project: Path) -> Iterator[Changes]:
    """Makes changes; after an error, an interrupt or a request to end, the project is as it was."""

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield Changes(project)
    except BaseException:
        undo(project)
        raise
    else:
        (project / ASIDE / JOURNAL).unlink(missing_ok=True)
        shutil.rmtree(project / ASIDE, ignore_errors=True)
    finally:
        signal.signal(signal.SIGTERM, before)
