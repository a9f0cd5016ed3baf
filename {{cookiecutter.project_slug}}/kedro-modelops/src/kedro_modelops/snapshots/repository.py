"""Fetches what pipelines read, where there is no clone of the repository: the files that DVC has of its main branch."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from dvc.api import DVCFileSystem

from kedro_modelops.errors import RefusedError, without_credentials


def fetch(project: Path, url: str, revision: str, paths: Iterable[Path]) -> Iterator[Path]:
    """Brings files of a repository into a folder; those that are there with the same content stay.

    Args:
        project: Root folder, below which they get the paths that they have in the repository.
        url: Of the repository, as git takes it; a token may stand in it.
        revision: Branch, tag or commit.
        paths: Files and folders, relative to the root; those that DVC does not know there are left out.

    Yields:
        What was fetched, file by file; each is there when it is whole.

    Raises:
        RefusedError: If the repository or its DVC remote does not give them.
    """
    try:
        files = DVCFileSystem(url, rev=revision)
        for path in paths:
            if files.isdvc(path.as_posix()):
                for name, about in _files(files, path.as_posix()):
                    if _differs(project / name, about):
                        yield _get(files, name, project / name)
    except Exception as error:  # each kind of remote, and git, has its own
        shown, said = map(without_credentials, (url, str(error.__cause__ or error)))
        msg = (
            f"{shown} ({revision}) does not give what is tracked there: {said}. Is the address right, and may its "
            "token read the repository, and whoever this runs as the DVC remote?"
        )
        raise RefusedError(msg) from error


def _files(files: DVCFileSystem, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    found = files.find(path, detail=True) if files.isdir(path) else {path: files.info(path)}
    for name, about in found.items():
        yield name.removeprefix("/"), about.get("dvc_info") or {}


def _differs(file: Path, about: dict[str, Any]) -> bool:
    return not file.is_file() or hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest() != about.get("md5")


def _get(files: DVCFileSystem, name: str, to: Path) -> Path:
    part = to.with_name(f".{to.name}.part")
    to.parent.mkdir(parents=True, exist_ok=True)
    try:
        files.get_file(name, str(part))
        part.replace(to)
    finally:
        part.unlink(missing_ok=True)
    return to
