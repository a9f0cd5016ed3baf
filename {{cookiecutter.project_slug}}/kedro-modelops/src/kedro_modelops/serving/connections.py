"""Connections that nobody can hold for ever: time limits that uvicorn does not have."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class TimedConnection(HttpToolsProtocol):
    """A connection that is closed when a request does not begin, or its headers do not end, or nobody reads the answer.

    The limit counts from the first byte: one byte a second does not extend it. Bodies have a limit of their own
    (`read_body`), and between two requests uvicorn's `timeout_keep_alive` holds until the next byte arrives.
    """

    seconds = 10.0
    _limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Expects a request."""
        super().connection_made(transport)
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Expects nothing any more."""
        self._settle()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Expects that headers end which begin here; what follows a request that was answered early counts as such."""
        if self.cycle is None or self.cycle.response_complete:  # type: ignore[redundant-expr]  # None before the first
            self._expect()
        super().data_received(data)

    def on_headers_complete(self) -> None:
        """Has what was expected."""
        if not self.flow.write_paused:
            self._settle()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """Expects that the last answer is read."""
        super().on_response_complete()
        if self.transport.is_closing():
            self._expect()

    def timeout_keep_alive_handler(self) -> None:
        """Expects that the last answer is read."""
        super().timeout_keep_alive_handler()
        self._expect()

    def pause_writing(self) -> None:
        """Expects that somebody reads, since no more can be written."""
        super().pause_writing()
        self._expect()

    def resume_writing(self) -> None:
        """Has what was expected."""
        self._settle()
        super().resume_writing()

    def _expect(self) -> None:
        if self._limit is None:
            self._limit = self.loop.call_later(self.seconds, self.transport.abort)

    def _settle(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None


def limited_to(seconds: float) -> type[TimedConnection]:
    """Connections with this limit, as a class, since uvicorn makes them itself."""
    settings: dict[str, Any] = {"seconds": seconds}
    return type(TimedConnection.__name__, (TimedConnection,), settings)
