"""Batches: requests that wait are worked on together."""

import asyncio
import contextlib
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from threadpoolctl import threadpool_limits

from kedro_modelops.serving.requests.contract import Row


class FullError(Exception):
    """Raised when too many rows wait already."""


@dataclass(eq=False)
class Job:
    """A request that waits for its answer.

    Attributes:
        rows: What is asked.
        request_id: Which request.
        caller: Who asks.
        accepted: When, by the monotonic clock.
        uid: What the ids of its predictions begin with.
        body: Hash of what was sent, if it may be sent again and is to be answered alike.
        span: Of the request, if its trace is recorded.
        answer: Set by the worker.
        error: Set by the worker instead, when it has no answer.
    """

    rows: list[Row]
    request_id: str
    caller: str
    accepted: float
    uid: str = field(default_factory=lambda: uuid.uuid4().hex)
    body: str | None = None
    span: Any = None
    answer: Any = None
    error: Exception | None = None
    done: asyncio.Event = field(default_factory=asyncio.Event)
    abandoned: bool = False


class Batcher:
    """Hands the waiting jobs to a worker, as many at once as there are.

    The worker's thread computes alone: with a few rows the threads of OpenMP and BLAS cost more than they bring, and on
    a busy machine they make a boosted model a hundred times slower, as each tree waits for all of them.
    """

    def __init__(
        self, work: Callable[[Sequence[Job]], None], most_rows: int, longest_wait: float, most_waiting: int
    ) -> None:
        """Takes the worker and the bounds.

        Args:
            work: Sets the answer, or the error, of each job.
            most_rows: Of a batch; a request that is larger is a batch of its own.
            longest_wait: Seconds that a batch waits for as many requests as the one before had; a lone one does not.
            most_waiting: Rows that may wait.
        """
        self._work, self._most_rows = work, most_rows
        self._longest_wait, self._most_waiting = longest_wait, most_waiting
        self._thread = ThreadPoolExecutor(1, "batches", initializer=threadpool_limits, initargs=(1,))
        self._queue: deque[Job] = deque()
        self._arrived = asyncio.Event()
        self._expected = 1
        self.waiting_rows = 0

    async def answer(self, job: Job) -> Any:
        """Waits for the answer of a job.

        Raises:
            FullError: If too many rows wait already.
            Exception: What the worker set as the job's error.
        """
        if self.waiting_rows and self.waiting_rows + len(job.rows) > self._most_waiting:
            raise FullError
        self.waiting_rows += len(job.rows)
        self._queue.append(job)
        self._arrived.set()
        try:
            await job.done.wait()
        except asyncio.CancelledError:
            job.abandoned = True
            raise
        if job.error:
            raise job.error
        return job.answer

    async def run(self) -> None:
        """Works until it is cancelled, batch after batch."""
        loop = asyncio.get_running_loop()
        while True:
            await self._company()
            batch = self._take()
            await loop.run_in_executor(self._thread, self._work, batch)
            for job in batch:
                job.done.set()

    async def _company(self) -> None:
        """Waits for a first job, and then a moment for as many as came last time."""
        await self._arrived.wait()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._longest_wait):
                while len(self._queue) < self._expected and self.waiting_rows < self._most_rows:
                    self._arrived.clear()
                    await self._arrived.wait()

    def _take(self) -> list[Job]:
        batch = [self._queue.popleft()]
        rows = len(batch[0].rows)
        while self._queue and rows + len(self._queue[0].rows) <= self._most_rows:
            batch.append(self._queue.popleft())
            rows += len(batch[-1].rows)
        self.waiting_rows -= rows
        self._expected = len(batch)
        if not self._queue:
            self._arrived.clear()
        return batch
