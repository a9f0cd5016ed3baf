"""Scores the requests of a batch together, and stores the predictions before they are answered."""

import json
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from sqlalchemy.exc import SQLAlchemyError

from ..mlops.records import score_rows
from ..mlops.store import PredictionStore
from .batching import Job
from .contract import BrokenContractError, RequestContract
from .models import ModelSlot
from .observing import Metrics


class StoreError(Exception):
    """Raised when predictions cannot be stored; they are not answered then."""


class Scorer:
    """The worker of a `Batcher`: sets the answer, or the error, of each job."""

    def __init__(
        self,
        slot: ModelSlot,
        contract: RequestContract,
        store: PredictionStore,
        reference: Any,
        metrics: Metrics,
    ) -> None:
        """Takes the parts; `reference` is what rows are completed with."""
        self._slot, self._contract, self._store, self._reference = slot, contract, store, reference
        self._metrics = metrics

    def work(self, jobs: Sequence[Job]) -> None:
        """Answers the jobs that somebody still waits for. One that cannot be scored does not harm the others."""
        waited_for = [job for job in jobs if not job.abandoned]
        try:
            self._answer(waited_for)
        except Exception as error:
            if len(waited_for) == 1 or isinstance(error, StoreError):
                for job in waited_for:
                    job.error = error
                return
            for job in waited_for:
                self.work([job])

    def _answer(self, jobs: list[Job]) -> None:
        jobs, table = self._without_broken(jobs)
        if not jobs:
            return
        model = self._slot.current
        predictions = list(self._predictions(jobs, score_rows(table, self._reference, model, model.score)))
        try:
            self._store.add(predictions)
        except SQLAlchemyError as error:
            raise StoreError from error
        self._metrics.batch.observe(len(predictions))
        self._metrics.predictions.labels(model.version).inc(len(predictions))
        answers = iter(predictions)
        for job in jobs:
            job.answer = (model, [next(answers) for _ in job.rows])

    def _without_broken(self, jobs: list[Job]) -> tuple[list[Job], pd.DataFrame]:
        """Refuses jobs with rows that break a rule; returns the others, and the table of their rows."""
        table = self._contract.table([row for job in jobs for row in job.rows])
        broken = list(self._contract.broken_rules(table))
        if not broken:
            return jobs, table
        first = 0
        for job in jobs:
            last = first + len(job.rows)
            rules = [rule | {"row": row - first} for row, rule in broken if first <= row < last]
            if rules:
                bad = {rule["row"] for rule in rules}
                job.error = BrokenContractError(rules, [row for row in range(len(job.rows)) if row not in bad])
            first = last
        good = [job for job in jobs if not job.error]
        return good, self._contract.table([row for job in good for row in job.rows])

    def _predictions(self, jobs: list[Job], described: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
        now, clock = datetime.now(UTC), time.monotonic()
        whose = [(job, number) for job in jobs for number in range(len(job.rows))]
        for (job, number), *values in zip(whose, *described.values(), strict=True):
            prediction = dict(zip(described, values, strict=True))
            yield prediction | {
                "inputs": json.loads(prediction["inputs"]),
                "prediction_id": f"{job.uid}-{number}",
                "request_id": job.request_id,
                "time": now,
                "latency_ms": 1000 * (clock - job.accepted),
                "caller": job.caller,
            }
