"""Hands a copy of what was answered to the challenger's process. Whatever happens there, callers do not notice."""

import contextlib
import logging
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from prometheus_client import Counter
from pydantic_core import from_json, to_json

from kedro_modelops.serving.settings import Settings

if TYPE_CHECKING:
    import io

logger = logging.getLogger(__name__)

Predictions = Sequence[dict[str, Any]]

COPIED = ("prediction_id", "version", "inputs")
"""What the challenger learns of a prediction; not what was answered."""


class Mirror:
    """What waits for the challenger: it is bounded, and what finds no room is dropped, and counted."""

    def __init__(self, settings: Settings, counted: Counter) -> None:
        """Takes the settings, and what counts rows by what came of them."""
        self._settings, self._counted = settings, counted
        self._changed = threading.Condition()
        self._queue: deque[Predictions] = deque()
        self._waiting_rows = 0
        self._open = True
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._hand_over, name="shadow", daemon=True)

    def start(self) -> None:
        """Starts the challenger's process, which does not get the terminal's signals."""
        self._ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", "kedro_modelops.serving.shadow", str(theirs.fileno())]
        try:
            with theirs:
                self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], start_new_session=True)  # noqa: S603  (ourselves)
        except OSError:
            logger.exception("the challenger's process could not be started")
            self._open = False
        else:
            self._thread.start()

    def offer(self, predictions: Predictions) -> None:
        """Takes what was answered, if there is room; never waits."""
        count, most = len(predictions), self._settings.shadow_waiting_rows
        with self._changed:
            if self._open and (not self._waiting_rows or self._waiting_rows + count <= most):
                self._queue.append(predictions)
                self._waiting_rows += count
                self._changed.notify()
                return
        self._counted.labels("dropped").inc(count)

    def close(self) -> None:
        """Ends the process, whatever it does."""
        with self._changed:
            self._open = False
            self._changed.notify()
        if self._process:
            self._process.kill()  # it may hang, and what it was doing is of no value any more
            self._process.wait()
            self._thread.join()

    def _next(self) -> Predictions | None:
        with self._changed:
            self._changed.wait_for(lambda: self._queue or not self._open)
            if not self._open:
                return None
            predictions = self._queue.popleft()
            self._waiting_rows -= len(predictions)
            return predictions

    def _hand_over(self) -> None:
        with contextlib.suppress(OSError), self._ours, self._ours.makefile("rwb") as lines:
            lines.write(self._settings.model_dump_json().encode() + b"\n")
            while (predictions := self._next()) is not None:
                copies = [{name: one[name] for name in COPIED} for one in predictions]
                results = self._ask(lines, to_json(copies)) or {"failed": len(copies)}
                for result, count in results.items():
                    self._counted.labels(result).inc(count)

    def _ask(self, lines: "io.BufferedRWPair[Any, Any]", message: bytes) -> dict[str, int] | None:
        """What the challenger replies; None if its process has ended, after which it gets nothing more."""
        replied = b""
        with contextlib.suppress(OSError):
            lines.write(message + b"\n")
            lines.flush()
            replied = lines.readline()
        if replied:
            return dict(from_json(replied))
        if self._open and self._process:
            logger.error("the challenger's process has ended", extra={"exit_code": self._process.wait()})
        self._open = False
        return None
