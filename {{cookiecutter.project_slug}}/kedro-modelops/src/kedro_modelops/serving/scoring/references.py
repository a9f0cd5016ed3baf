"""What rows are completed with: the table that came with the model, or a newer one of the same columns."""

import logging
import math
import zlib
from pathlib import Path

import pandas as pd
from pydantic_core import to_json

from kedro_modelops.errors import RefusedError
from kedro_modelops.predictions.digests import hash_table
from kedro_modelops.predictions.records import features_of
from kedro_modelops.problem import load_problem
from kedro_modelops.serving.requests.contract import RequestContract
from kedro_modelops.serving.scoring.reference_files import form_of, read_table

logger = logging.getLogger(__name__)

State = tuple[int, ...]
"""Of a file: what changes when it does, without reading it; empty if there is none."""


class Reference:
    """Holds what rows are completed with; a batch that has begun keeps the table that it began with.

    Attributes:
        bundled: What came with the model, with which it gives the golden answers of its training; None if rows come
            whole.
        table: What completes rows now.
        newest: The latest time in it, in seconds since 1970; NaN where it has none.
    """

    def __init__(self, bundled: pd.DataFrame | None = None, file: Path | None = None) -> None:
        """Takes what came with the model, and where `kedro model reference` writes something newer.

        Raises:
            RefusedError: If there is a file, and nothing to compare it with.
        """
        if file and bundled is None:
            msg = f"SERVING_REFERENCE is {file}, but no reference came with the model: set SERVING_BUNDLE, too"
            raise RefusedError(msg)
        self.bundled, self._file = bundled, file
        self._taken: State | None = None
        self._refused: State | None = None
        self._put(bundled)
        try:
            self.refresh()
        except RefusedError as error:
            logger.error("the bundled reference serves", extra={"problem": str(error)})  # noqa: TRY400  (a sentence)

    def refresh(self, *, insist: bool = True) -> bool:
        """Takes the table of the file, if that has changed.

        Args:
            insist: Whether to try a file again that was refused before.

        Returns:
            Whether another table completes rows now.

        Raises:
            RefusedError: If the table is not fit to complete rows; the last good one goes on.
        """
        if self._file is None or self.bundled is None:
            return False
        state = _state_of(self._file)
        if state == self._taken or (state == self._refused and not insist):
            return False
        self._refused = state
        table = _read_fit(self._file, self.bundled)
        self._put(table)
        self._taken, self._refused = state, None
        logger.info("another reference completes rows", extra={"reference": hash_table(table), "rows": len(table)})
        return True

    def _put(self, table: pd.DataFrame | None) -> None:
        self.table, self.newest = table, math.nan if table is None else find_newest(table)


def find_newest(table: pd.DataFrame) -> float:
    """The latest time in the columns and the index of a table, in seconds since 1970; NaN if it has no times."""
    times = table.reset_index().select_dtypes(["datetime", "datetimetz"])
    return max((time.timestamp() for time in times.max() if not pd.isna(time)), default=math.nan)


def _state_of(file: Path) -> State:
    try:
        found = file.stat()
    except OSError:
        return ()
    return found.st_ino, found.st_mtime_ns, found.st_size


def _read_fit(file: Path, bundled: pd.DataFrame) -> pd.DataFrame:
    """Reads a table that has the columns and types of the bundled one, and with which the example can be completed."""
    try:
        table = read_table(file, form_of(bundled))
        _complete_example(table)
    except (OSError, EOFError, zlib.error, ValueError, RefusedError) as error:
        msg = f"{file} cannot complete rows: {error}. Write it again with `kedro model reference`"
        raise RefusedError(msg) from error
    return table


def _complete_example(table: pd.DataFrame) -> None:
    """Raises RefusedError if what the team's code looks up cannot be looked up in a table."""
    if table.empty:
        msg = "it has no rows"
        raise RefusedError(msg)
    problem = load_problem()
    contract = RequestContract(problem.request, dict(problem.example), 1)
    example = contract.table(contract.read(to_json({"dataframe_records": [dict(problem.example)]}))[0])
    try:
        features_of(problem.complete_rows(example, table))
    except Exception as error:
        msg = f"the example of {problem.request.__name__} cannot be completed with it: {error}"
        raise RefusedError(msg) from error
