"""Where months go that ask to be trained on: into the data that DVC versions, or into quarantine."""

import logging
import os
import shutil
from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset

from kedro_modelops.contracts.explanations import explain
from kedro_modelops.contracts.faults import is_fault
from kedro_modelops.errors import RefusedError
from kedro_modelops.pipelines.ingestion.refusal_report import describe_refusal
from kedro_modelops.predictions.partitions import is_data, raise_left_out

logger = logging.getLogger(__name__)


class _Months(AbstractDataset[Any, list[str]]):
    """A folder with a file for each month, to which files of the folder of arrivals go."""

    keeps_what_is_written = True
    """After an error, too."""

    def __init__(
        self, path: str, incoming: str, filename_suffix: str = ".parquet", metadata: dict[str, Any] | None = None
    ) -> None:
        """Takes the options of the catalog.

        Args:
            path: The folder.
            incoming: The folder of arrivals.
            filename_suffix: What follows on a month in the name of its file.
            metadata: What DVC or tracking want to know.
        """
        self._path, self._incoming, self._suffix = Path(path), Path(incoming), filename_suffix
        self.metadata = metadata

    def load(self) -> list[str]:
        """Names of the months."""
        files = [path.name for path in self._path.glob(f"*{self._suffix}") if is_data(path.name, self._suffix)]
        return sorted(name.removesuffix(self._suffix) for name in files)

    def _describe(self) -> dict[str, Any]:
        return {"path": self._path.as_posix(), "incoming": self._incoming.as_posix()}


class IngestedMonths(_Months):
    """Months that are trained on, and that DVC versions. What arrived stays, for it may have to be scored too."""

    def save(self, data: list[str]) -> None:
        """Copies, of the months that are named, those that are not there; each is there whole, or not at all."""
        pointer = _pointer(self._path)
        if not pointer.exists():
            msg = f"{_shown(pointer)} is missing: before DVC can keep what is taken in, `dvc add {_shown(self._path)}`"
            raise RefusedError(msg)
        new = sorted(set(data) - set(self.load()))
        for month in new:
            file = self._path / f"{month}{self._suffix}"
            part = self._path.with_name(f"{file.name}.part")
            try:
                shutil.copyfile(self._incoming / file.name, part)
                part.replace(file)
            finally:
                part.unlink(missing_ok=True)
            logger.info("%s is taken in", month)
        _version(self._path)  # even without new ones: a run before may have been interrupted
        if new:
            logger.info("To keep it: git commit --message 'Take in %s' data; dvc push", ", ".join(new))
        else:
            logger.info("There is nothing new to take in from %s", self._incoming)


class QuarantinedMonths(_Months):
    """Months that were refused last, each with a report. Neither git nor DVC keeps them: bad data is not handed on."""

    def save(self, data: dict[str, dict[str, Any]]) -> None:
        """Moves what is refused here, with a report; all else goes on.

        Raises:
            RefusedError: What was refused, and why.
            Exception: The first error that is not the data's. Its month stays where it is.
        """
        told, not_judged = [], {}
        for month, wrong in data.items():
            reasons = [explain(wrong["error"]) or ""] if "error" in wrong else wrong["reasons"]
            if reasons == [""] or is_fault(wrong.get("error")):
                not_judged[month] = wrong["error"]
                continue
            told.append(self._refuse(month, reasons, wrong.get("findings", [])))
        if _pointer(self._incoming).exists():
            _version(self._incoming)
        for sentence in told if not_judged else ():
            logger.error(sentence)
        raise_left_out(not_judged)
        if told:
            raise RefusedError("\n".join(told))

    def _refuse(self, month: str, reasons: list[str], findings: list[tuple[Any, ...]]) -> str:
        """Moves a month beside a report; what to tell of it."""
        file, report = self._path / f"{month}{self._suffix}", self._path / f"{month}.md"
        self._path.mkdir(parents=True, exist_ok=True)
        told = describe_refusal(month, file.name, self._incoming, reasons, findings)
        report.write_text(told, encoding="utf-8")
        if file.is_dir() and not file.is_symlink():  # of the same name, refused before: it would be moved into it
            shutil.rmtree(file)
        try:
            shutil.move(self._incoming / file.name, file)
        except OSError as error:
            reasons = [*reasons, f"it could not be moved to {_shown(self._path)}: {error}"]
        return "\n  - ".join([f"{month} is refused, {_shown(report)} has the details:", *reasons])


def _shown(path: Path) -> str:
    return os.path.relpath(path)


def _pointer(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.dvc")


def _version(folder: Path) -> None:
    """Has DVC keep a folder as it is now."""
    from dvc.exceptions import DvcException  # noqa: PLC0415  (half a second's import, needed for this alone)
    from dvc.repo import Repo  # noqa: PLC0415  (as above)

    try:
        with Repo() as repo:
            repo.scm_context.quiet = True  # what to commit is said here
            repo.add([str(folder)])
    except DvcException as error:
        msg = f"DVC cannot keep {_shown(folder)}: {error}. Mend that, and run again"
        raise RefusedError(msg) from error
