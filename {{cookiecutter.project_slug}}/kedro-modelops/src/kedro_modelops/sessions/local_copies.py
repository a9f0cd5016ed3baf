"""Files of datasets for what takes a path: those on this disk as they are, others as copies that fsspec fetches."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from kedro_modelops.errors import RefusedError
from kedro_modelops.sessions.outputs import location


@contextmanager
def local_copy(dataset: Any) -> Iterator[Path]:
    """The file or folder of a dataset: its own, whether it is there or not, or a copy for the body.

    Raises:
        RefusedError: If it is kept in no file.
        FileNotFoundError: If nothing is there to copy.
    """
    if own := location(dataset):
        yield own
        return
    path, filesystem = _remote_path(dataset), getattr(dataset, "_fs", None) or getattr(dataset, "_filesystem", None)
    if not path or filesystem is None:
        msg = f"a {type(dataset).__name__} is no file that MLflow could keep: give its entry in the catalog a filepath"
        raise RefusedError(msg)
    with TemporaryDirectory() as folder:
        copy = Path(folder, PurePosixPath(path).name)
        filesystem.get(path, str(copy), recursive=filesystem.isdir(path))
        yield copy


def address(dataset: Any) -> str:
    """Where a dataset is kept, such as s3://bucket/features; what it is, if it is kept in no file."""
    if own := location(dataset):
        return own.as_posix()
    path = _remote_path(dataset)
    if not path:
        return type(dataset).__name__
    return path if "://" in path else f"{getattr(dataset, '_protocol', 'file')}://{path}"


def _remote_path(dataset: Any) -> str:
    return str(getattr(dataset, "_filepath", None) or getattr(dataset, "_path", None) or "")
