"""Checks that fail by themselves, which says nothing of the data."""

import re
import traceback
from collections.abc import Iterator
from typing import Any, NamedTuple

from pandera.errors import SchemaErrorReason, SchemaErrors

from kedro_modelops.errors import relative

STRUCTURE = {SchemaErrorReason.COLUMN_NOT_IN_DATAFRAME, SchemaErrorReason.WRONG_DATATYPE}
FRAME = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)')


class Fault(NamedTuple):
    """A check that raised an error.

    Attributes:
        check: Name of its function.
        error: Type and message.
        where: File and line; empty if they are not known.
    """

    check: str
    error: str
    where: str

    def __str__(self) -> str:
        """The sentence."""
        return f"check '{self.check}'{self.where and f' ({self.where})'} fails by itself with {self.error}"


class CheckFaultError(Exception):
    """Raised where a check fails by itself; it says which, and where."""

    def __init__(self, check: Any, error: Exception) -> None:
        """Takes the check, and what it raised."""
        trace = "".join(traceback.format_exception(error))
        self.fault = Fault(_name(check), f"{type(error).__name__}: {error}", _where(trace))
        super().__init__(str(self.fault))


def find_faults(report: BaseException | None) -> Iterator[Fault]:
    """Checks that failed by themselves.

    Where the data lack a column, or have one of another type, that may well be the reason, and is enough to know: then
    there are none.
    """
    errors = report.schema_errors if isinstance(report, SchemaErrors) else []
    if STRUCTURE & {found.reason_code for found in errors}:
        return
    for found in errors:
        if is_crash(found):
            yield Fault(_name(found.check), str(found.failure_cases), _where(str(found)))


def is_fault(error: BaseException | None) -> bool:
    """Whether checks failed by themselves, and nothing is known to be wrong with the data."""
    report = error if isinstance(error, SchemaErrors) else getattr(error, "__cause__", None)
    return isinstance(report, SchemaErrors) and all(is_crash(found) for found in report.schema_errors)


def is_crash(found: Any) -> bool:
    """Whether what pandera found is an error of a check."""
    return found.reason_code is SchemaErrorReason.CHECK_ERROR


def _name(check: Any) -> str:
    return str(getattr(check, "name", None) or getattr(check, "error", None) or check)


def _where(trace: str) -> str:
    """The last line of code outside of libraries."""
    frames = [frame for frame in FRAME.finditer(trace) if "site-packages" not in frame["file"]]
    return f"{relative(frames[-1]['file'])}, line {frames[-1]['line']}" if frames else ""
