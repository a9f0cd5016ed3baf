"""Scores the requests of a batch together, and stores the predictions before they are answered."""

import json
import logging
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from kedro_modelops.serving.observing import Metrics
from kedro_modelops.serving.requests.broken_rules import BrokenContractError
from kedro_modelops.serving.requests.contract import RequestContract
from kedro_modelops.serving.requests.idempotency import Identity, answer_again
from kedro_modelops.serving.scoring.batching import Job
from kedro_modelops.serving.scoring.models import ModelSlot, ServedModel
from kedro_modelops.serving.scoring.row_keys import find_unfit_keys
from kedro_modelops.serving.scoring.steps import score_in_steps
from kedro_modelops.serving.scoring.storage import Storage, StoreError, UnfitError
from kedro_modelops.serving.shadow.mirror import Mirror
from kedro_modelops.telemetry.spans import step

logger = logging.getLogger(__name__)

Predictions = list[dict[str, Any]]


class Scorer:
    """The worker of a `Batcher`: sets the answer, or the error, of each job."""

    def __init__(
        self,
        slot: ModelSlot,
        contract: RequestContract,
        storage: Storage,
        metrics: Metrics,
        mirror: Mirror | None = None,
    ) -> None:
        """Takes the parts; `mirror` gets a copy of what was answered."""
        self._slot, self._contract, self._storage = slot, contract, storage
        self._metrics, self._mirror = metrics, mirror

    def work(self, jobs: Sequence[Job]) -> None:
        """Answers the jobs that somebody still waits for. One that cannot be scored does not harm the others."""
        waited_for = [job for job in jobs if not job.abandoned]
        try:
            self._answer(self._without_repeated(waited_for))
        except Exception as error:
            open_jobs = [job for job in waited_for if job.answer is None and job.error is None]
            if len(waited_for) == 1 or isinstance(error, StoreError):
                for job in open_jobs:
                    job.error = error
                return
            for job in open_jobs:
                self.work([job])

    def _answer(self, jobs: list[Job]) -> None:
        with step("check contract", [job.span for job in jobs]):
            jobs, table = self._without_broken(jobs)
        if not jobs:
            return
        model, reference = self._slot.current, self._slot.reference.table
        predictions = self._predictions(jobs, score_in_steps(table, reference, model, [job.span for job in jobs]))
        made = [(job, [next(predictions) for _ in job.rows]) for job in jobs]
        for job, answers in made:
            job.error = find_unfit_keys(answers)
        with step("store predictions", [job.span for job in jobs if job.error is None]):
            self._keep(model, [(job, answers) for job, answers in made if job.error is None])

    def _keep(self, model: ServedModel, made: list[tuple[Job, Predictions]]) -> None:
        """Stores what was predicted, and answers then. What one job brings does not harm the others."""
        predictions = [prediction for _, answers in made for prediction in answers]
        try:
            self._storage.keep(predictions, [_request(job, model) for job, _ in made if job.body])
        except UnfitError as error:
            if len(made) == 1:
                self._settle(made[0][0], error)
            else:
                for one in made:
                    self._keep(model, [one])
            return
        self._metrics.batch.observe(len(predictions))
        self._metrics.predictions.labels(model.version).inc(len(predictions))
        for job, answers in made:
            job.answer = (model, answers)
        if self._mirror:
            self._mirror.offer(predictions)

    def _settle(self, job: Job, error: Exception) -> None:
        """Answers what was answered meanwhile, perhaps by another process; else it is an error."""
        if job.body is None or self._without_repeated([job]):
            logger.error("a request cannot be stored", extra={"problem": str(error), "request_id": job.request_id})
            job.error = error

    def _without_repeated(self, jobs: list[Job]) -> list[Job]:
        """Answers jobs as before that were answered before; returns the others."""
        ids = [job.uid for job in jobs if job.body]
        known = self._storage.answered(ids) if ids else {}
        for job in jobs:
            if job.body and (request := known.get(job.uid)):
                try:
                    job.answer = answer_again(
                        Identity(job.uid, job.body), request, self._storage.predictions_of(request)
                    )
                except BrokenContractError as error:
                    job.error = error
        return [job for job in jobs if job.uid not in known]

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


def _request(job: Job, model: ServedModel) -> dict[str, Any]:
    about = {"time": datetime.now(UTC), "rows": len(job.rows), "classes": model.classes}
    return {"id": job.uid, "body": job.body} | about
