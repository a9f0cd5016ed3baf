"""Structured logs: one JSON object a line, on standard output."""

import logging
import sys
import traceback
from collections.abc import Iterator

from kedro_modelops.contracts.faults import CheckFaultError
from kedro_modelops.logs.json_lines import json_formatter


def log_json(level: str = "INFO", *others: logging.Handler) -> None:
    """Sends all logs to standard output, and to `others`.

    `Observer` writes a line for each request, so that uvicorn need not.
    """
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(json_formatter())
    logging.basicConfig(level=level, handlers=[handler, *others], force=True)
    logging.getLogger("uvicorn.access").disabled = True
    logging.getLogger("psycopg").setLevel(logging.ERROR)  # its warnings repeat what could not be stored


def without_values(error: BaseException) -> dict[str, str]:
    """An error as the log may have it: kinds and places, without messages, as these may hold what a caller sent.

    Of a check that fails by itself, its name too.
    """
    causes = list(_causes(error))
    faults = [cause.fault for cause in causes if isinstance(cause, CheckFaultError)]
    named = {"check": ", ".join(f"{fault.check} ({fault.where})" for fault in faults)} if faults else {}
    return named | {
        "error": ", from ".join(type(cause).__name__ for cause in causes),
        "traceback": "".join(line for cause in causes for line in traceback.format_tb(cause.__traceback__)),
    }


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
