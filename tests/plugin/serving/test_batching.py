"""Requests that wait are worked on together, and bounds hold."""

import asyncio
import threading
import time
from collections.abc import Sequence

import pytest
from kedro_modelops.serving.scoring.batching import Batcher, FullError, Job


def job(rows: int = 1) -> Job:
    return Job([{}] * rows, "request", "caller", time.monotonic())


FOREVER = 100_000.0
"""Seconds after which any limit of a test has ended it."""


class Worker:
    """Answers with the number of jobs in the batch, once it may."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.may = threading.Event()
        self.may.set()

    def __call__(self, jobs: Sequence[Job]) -> None:
        self.may.wait()
        self.batches.append([len(job.rows) for job in jobs])
        for asked in jobs:
            asked.answer = len(jobs)


async def ask(batcher: Batcher, jobs: list[Job]) -> list[object]:
    running = asyncio.create_task(batcher.run())
    try:
        return await asyncio.gather(*(batcher.answer(asked) for asked in jobs), return_exceptions=True)
    finally:
        running.cancel()


def test_what_waits_is_one_batch() -> None:
    worker = Worker()
    answers = asyncio.run(ask(Batcher(worker, 100, 0.01, 100), [job() for _ in range(9)]))
    assert answers == [9] * 9
    assert worker.batches == [[1] * 9]


def test_a_batch_has_at_most_so_many_rows_but_a_large_request_is_one_of_its_own() -> None:
    worker = Worker()
    asyncio.run(ask(Batcher(worker, 4, 0.01, 100), [job(3), job(1), job(2), job(7), job(1)]))
    assert worker.batches == [[3, 1], [2], [7], [1]]


def test_more_than_may_wait_is_refused() -> None:
    answers = asyncio.run(ask(Batcher(Worker(), 100, 0.01, 3), [job(2), job(1), job(1)]))
    assert answers[:2] == [2, 2]
    assert isinstance(answers[2], FullError)


def test_a_lone_request_does_not_wait_for_company() -> None:
    async def lone() -> list[object]:
        batcher = Batcher(Worker(), 100, FOREVER, 100)
        running = asyncio.create_task(batcher.run())
        answers = [await batcher.answer(job()), await batcher.answer(job())]
        running.cancel()
        return answers

    assert asyncio.run(lone()) == [1, 1]


def test_a_request_that_was_given_up_is_marked() -> None:
    async def give_up() -> Job:
        worker, asked = Worker(), job()
        worker.may.clear()
        batcher = Batcher(worker, 100, 0.01, 100)
        running = asyncio.create_task(batcher.run())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(batcher.answer(asked), 0.05)
        worker.may.set()
        running.cancel()
        return asked

    assert asyncio.run(give_up()).abandoned
