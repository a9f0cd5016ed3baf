"""A worker: one of several processes that answer at the same port, as seen from within."""

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from kedro_modelops.serving.workers.messages import (
    OthersRefreshed,
    Outcome,
    Ready,
    Refresh,
    Refreshed,
    RefreshOthers,
)

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


class Worker:
    """A worker's socket, and its connection to the supervisor."""

    def __init__(self, listener: socket.socket, connection: "Connection") -> None:
        """Takes the socket that all workers share."""
        self.listener, self._connection = listener, connection
        self._asking = asyncio.Lock()
        self._outcomes: asyncio.Future[list[Outcome]] | None = None

    def join(self, refresh: Callable[[], Awaitable[Outcome]]) -> None:
        """Says that requests are answered from now on, and does what the supervisor asks while the event loop runs.

        Args:
            refresh: Looks for the newest version.
        """
        self._refresh, self._tasks = refresh, set[asyncio.Task[None]]()
        asyncio.get_running_loop().add_reader(self._connection.fileno(), self._receive)
        self._connection.send(Ready())

    async def refresh_others(self) -> list[Outcome]:
        """Has all other workers look for the newest version, and waits until they have."""
        async with self._asking:
            self._outcomes = asyncio.get_running_loop().create_future()
            self._connection.send(RefreshOthers())
            return await self._outcomes

    def _receive(self) -> None:
        try:
            message = self._connection.recv()
        except (EOFError, OSError):  # without its supervisor a worker ends: nobody would replace or stop it
            asyncio.get_running_loop().remove_reader(self._connection.fileno())
            os.kill(os.getpid(), signal.SIGTERM)
            return
        if isinstance(message, Refresh):
            task = asyncio.create_task(self._look(message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        elif isinstance(message, OthersRefreshed) and self._outcomes and not self._outcomes.done():
            self._outcomes.set_result(message.outcomes)

    async def _look(self, asked: Refresh) -> None:
        self._connection.send(Refreshed(asked.number, await self._refresh()))
