"""Logs as programs read them: one JSON object a line."""

import logging
import time
from datetime import UTC, datetime
from pathlib import Path

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

FOLDER = Path("logs")
"""In a project's folder, on a machine of a developer; in containers, logs go to standard output."""
DAYS = 30
"""For which a day's file is kept."""


def json_formatter() -> JsonFormatter:
    """Time, level, name and message, and whatever else a line tells."""
    fields, names = "%(levelname)s %(name)s %(message)s", {"levelname": "level"}
    reserved = [*RESERVED_ATTRS, "color_message"]
    return JsonFormatter(fields, rename_fields=names, reserved_attrs=reserved, timestamp="time")


class JsonLog(logging.FileHandler):
    """A file for each day and each kind of program, `logs/KIND-DATE.jsonl`, to which processes may write at once.

    It is named for the day on which a program starts. Where it cannot be written, as in a sealed container, there is
    none.
    """

    def __init__(self, kind: str, folder: Path = FOLDER) -> None:
        """Opens nothing before the first line."""
        self._kind, self._folder = kind, Path(folder)
        super().__init__(self._folder / f"{kind}-{datetime.now(UTC):%Y-%m-%d}.jsonl", encoding="utf-8", delay=True)
        self.setFormatter(json_formatter())

    def emit(self, record: logging.LogRecord) -> None:
        """Makes the folder, and takes away what is old, before the first line."""
        if self.stream is None:
            try:
                self._folder.mkdir(exist_ok=True)
                self._rotate()
                self.stream = self._open()
            except OSError:
                return
        super().emit(record)

    def _rotate(self) -> None:
        for path in self._folder.glob(f"{self._kind}-*.jsonl"):
            if path.stat().st_mtime < time.time() - DAYS * 24 * 3600:
                path.unlink(missing_ok=True)
