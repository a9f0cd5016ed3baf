"""Outputs are whole or not there: each is written beside the last good one, and takes its place when it is finished."""

import shutil
from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from kedro_modelops.errors import RefusedError, relative

KEEPS = "keeps_what_is_written"
"""Says of a dataset that it writes nothing by halves, and adds to what is there."""
REPLACED = "replaced"


class _Output(NamedTuple):
    """A dataset that is being written: which of its attributes holds the path, and what that was."""

    dataset: Any
    attribute: str
    path: Any

    def restore(self) -> None:
        setattr(self.dataset, self.attribute, self.path)


class Outputs:
    """The datasets that a run is writing."""

    def __init__(self) -> None:
        """Starts with none."""
        self._written: dict[str, _Output] = {}

    def begin(self, name: str, dataset: Any) -> None:
        """Lets a dataset write into a folder beside its place; one that is not on this disk is left alone.

        Raises:
            RefusedError: If nothing can be made there.
        """
        attribute = _attribute(dataset)
        if not attribute or getattr(dataset, KEEPS, False) or _appends(dataset):
            return
        path = getattr(dataset, attribute)
        folder = _beside(Path(path))
        shutil.rmtree(folder, ignore_errors=True)
        try:
            folder.mkdir(parents=True)
        except OSError as error:
            msg = f"{relative(folder.parent.as_posix())} cannot be written to: {error.strerror}"
            raise RefusedError(msg) from error
        self._written[name] = _Output(dataset, attribute, path)
        setattr(dataset, attribute, type(path)(folder / Path(path).name))

    def finish(self, name: str) -> None:
        """Moves what was written into its place, and what stood there out of the way."""
        if output := self._written.pop(name, None):
            output.restore()
            place = Path(output.path)
            _move(_beside(place) / place.name, place, output.dataset)
            shutil.rmtree(_beside(place), ignore_errors=True)
            output.dataset.release()

    def abandon(self) -> None:
        """Removes what was half written; what stood there before stays."""
        for output in self._written.values():
            output.restore()
            shutil.rmtree(_beside(Path(output.path)), ignore_errors=True)
        self._written.clear()


def location(dataset: Any) -> Path | None:
    """The file or folder of a dataset on this disk; None for one in memory, or elsewhere."""
    attribute = _attribute(dataset)
    return Path(getattr(dataset, attribute)) if attribute else None


def recover(datasets: Iterable[Any]) -> None:
    """Clears away what a run left that was killed while it wrote; an output that was moved aside is put back."""
    for place in filter(None, map(location, datasets)):
        if (_beside(place) / REPLACED).exists() and not place.exists():
            (_beside(place) / REPLACED).rename(place)
        shutil.rmtree(_beside(place), ignore_errors=True)


def _beside(place: Path) -> Path:
    return place.with_name(f".{place.name}.part")


def _attribute(dataset: Any) -> str | None:
    local = getattr(dataset, "_protocol", "file") in {"file", "local"}
    held = (name for name in ("_filepath", "_path") if isinstance(getattr(dataset, name, None), str | PurePath))
    return next(held, None) if local else None


def _appends(dataset: Any) -> bool:
    return str((getattr(dataset, "_fs_open_args_save", None) or {}).get("mode", "")).startswith("a")


def _move(written: Path, place: Path, dataset: Any) -> None:
    adds = getattr(dataset, "_overwrite", True) is False or getattr(dataset, "_version", None) is not None
    if adds and written.is_dir():
        for file in sorted(path for path in written.rglob("*") if path.is_file()):
            target = place / file.relative_to(written)
            target.parent.mkdir(parents=True, exist_ok=True)
            file.replace(target)
    elif written.is_dir() or place.is_dir():
        if place.exists() and (written.exists() or getattr(dataset, "_overwrite", False)):
            place.rename(_beside(place) / REPLACED)
        if written.exists():
            written.rename(place)
    elif written.exists():
        written.replace(place)
