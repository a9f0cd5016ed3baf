"""A worker, as its supervisor sees it."""

import asyncio
import itertools
from collections.abc import Callable
from multiprocessing.process import BaseProcess
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


class Member:
    """A process that was started, and what it says.

    Attributes:
        ready: Done when it answers requests, or has ended.
        ended: Its exit code, when it has ended.
    """

    def __init__(
        self, process: BaseProcess, connection: "Connection", refresh_others: Callable[["Member"], None]
    ) -> None:
        """Takes the process, our end of its connection, and what to do when it wants all others to be refreshed."""
        loop = asyncio.get_running_loop()
        self.process, self._connection, self._refresh_others = process, connection, refresh_others
        self.ready: asyncio.Future[bool] = loop.create_future()
        self.ended: asyncio.Future[int] = loop.create_future()
        self._numbers = itertools.count()
        self._asked: dict[int, asyncio.Future[Outcome]] = {}
        loop.add_reader(connection.fileno(), self._receive)
        loop.add_reader(process.sentinel, self._end)

    async def refresh(self) -> Outcome:
        """Has it look for the newest version; one that ends meanwhile has nothing to switch."""
        number = next(self._numbers)
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        self._send(Refresh(number))
        if self.ended.done():
            answer.set_result(False)
        return await answer

    def tell(self, outcomes: list[Outcome]) -> None:
        """Tells it what came of what it wanted of the others."""
        self._send(OthersRefreshed(outcomes))

    def _send(self, message: Refresh | OthersRefreshed) -> None:
        try:
            self._connection.send(message)
        except OSError:  # it has ended, which its sentinel tells too
            return

    def _receive(self) -> None:
        try:
            message = self._connection.recv()
        except (EOFError, OSError):
            asyncio.get_running_loop().remove_reader(self._connection.fileno())
            return
        if isinstance(message, Ready) and not self.ready.done():
            self.ready.set_result(True)
        elif isinstance(message, RefreshOthers):
            self._refresh_others(self)
        elif isinstance(message, Refreshed):
            self._asked.pop(message.number).set_result(message.outcome)

    def _end(self) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(self.process.sentinel)
        loop.remove_reader(self._connection.fileno())
        self._connection.close()
        self.process.join()
        self.ended.set_result(self.process.exitcode or 0)
        if not self.ready.done():
            self.ready.set_result(False)
        for answer in self._asked.values():
            answer.set_result(False)
        self._asked.clear()
