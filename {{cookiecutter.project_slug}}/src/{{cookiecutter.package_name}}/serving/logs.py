"""Structured logs: one JSON object a line, on standard output."""

import logging
import sys

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter


def log_json(level: str = "INFO") -> None:
    """Sends all logs to standard output; `Observer` writes a line for each request, so that uvicorn need not."""
    handler = logging.StreamHandler(sys.stdout)
    fields, names = "%(levelname)s %(name)s %(message)s", {"levelname": "level"}
    handler.setFormatter(
        JsonFormatter(fields, rename_fields=names, reserved_attrs=[*RESERVED_ATTRS, "color_message"], timestamp="time")
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("uvicorn.access").disabled = True
