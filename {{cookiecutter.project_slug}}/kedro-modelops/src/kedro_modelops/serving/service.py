"""What the prediction service does on each of its paths, and while it runs."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from kedro_modelops.errors import RefusedError
from kedro_modelops.predictions.prediction_store import PredictionStore
from kedro_modelops.problem import load_problem
from kedro_modelops.serving.answers import Model, Reloaded, UnansweredError, answer, refuse
from kedro_modelops.serving.observing import Metrics
from kedro_modelops.serving.requests import idempotency
from kedro_modelops.serving.requests.contract import RequestContract
from kedro_modelops.serving.requests.reading import read_body
from kedro_modelops.serving.scoring.batching import Batcher, FullError, Job
from kedro_modelops.serving.scoring.models import ModelSlot
from kedro_modelops.serving.scoring.row_keys import try_keys
from kedro_modelops.serving.scoring.scorer import Scorer
from kedro_modelops.serving.scoring.storage import Storage, StoreError
from kedro_modelops.serving.settings import Settings
from kedro_modelops.serving.shadow.mirror import Mirror
from kedro_modelops.serving.workers.worker import Worker
from kedro_modelops.telemetry import export
from kedro_modelops.telemetry.spans import step

COME_AGAIN = {"retry-after": "1"}
MOST_LOGGED = 10
"""Broken rules of a request."""
SHOW_EVERY = 1.0  # seconds between looks at what a worker shows on the page of another


class Service:
    """What the paths do."""

    def __init__(
        self, settings: Settings, slot: ModelSlot, store: PredictionStore, worker: Worker | None = None
    ) -> None:
        """Takes the parts; `worker` says which of several processes this is."""
        self._settings, self._slot, self._storage, self._worker = settings, slot, Storage(store), worker
        problem = load_problem()
        self.contract = RequestContract(problem.request, dict(problem.example), settings.max_rows)
        try_keys(self.contract, slot.reference.table)
        self.metrics = Metrics()
        self._mirror = Mirror(settings, self.metrics.shadow) if settings.shadow else None
        self._batcher = Batcher(
            Scorer(slot, self.contract, self._storage, self.metrics, self._mirror).work,
            settings.batch_rows,
            settings.batch_wait_seconds,
            settings.max_waiting_rows,
        )

    async def invocations(self, request: Request) -> Response:
        """Scores rows that are known before the event. `params: {"probabilities": true}` asks for probabilities too."""
        accepted, seen, limits = time.monotonic(), request.state.seen, self._settings
        body = await read_body(request, limits.max_body_bytes, limits.timeout_seconds)
        with step("read request", [seen.span]):
            rows, options = self.contract.read(body)
        identity = idempotency.identify(request.headers, request.state.caller, body)
        job = Job(rows, seen.request_id, request.state.caller, accepted, *identity or ())
        job.span = seen.span
        try:
            async with asyncio.timeout(limits.timeout_seconds):
                model, predictions = await self._batcher.answer(job)
        except TimeoutError as error:
            raise UnansweredError(504) from error
        except FullError as error:
            raise UnansweredError(503, "Too many rows wait already: come again", COME_AGAIN) from error
        except StoreError as error:
            raise UnansweredError(503, "Predictions cannot be stored now: come again", COME_AGAIN) from error
        seen.fields |= {"rows": len(rows), "version": model.version}
        return answer(model, predictions, probabilities=options.get("probabilities", False))

    async def broken(self, request: Request, error: Any) -> Response:
        """Tells which rows break which rules; the log does not learn what identifies a person."""
        self.metrics.broken.inc()
        request.state.seen.fields["broken"] = [self.contract.for_log(rule) for rule in error.rules[:MOST_LOGGED]]
        return refuse(422, str(error), errors=error.rules, good_rows=error.good_rows)

    async def ping(self) -> dict[str, str]:
        """Says that the service is alive."""
        return {"status": "alive"}

    async def version(self) -> str:
        """Says which version of MLflow saved the model that serves."""
        return self._slot.current.mlflow_version

    async def ready(self) -> Model:
        """Says that requests are answered, and by which version; not while predictions cannot be stored."""
        if not await self._storage.is_writable():
            raise UnansweredError(503, "Predictions cannot be stored now: come again", COME_AGAIN)
        return self._model()

    def _model(self) -> Model:
        return Model.model_validate(self._slot.current, from_attributes=True)

    async def reload(self, request: Request) -> Reloaded:
        """Puts the newest version and reference in the places of the current ones, if they are fit to serve."""
        try:
            switched = await self._slot.refresh()
        except RefusedError as error:
            raise UnansweredError(409, f"{error}; version {self._slot.current.version} goes on") from error
        others = await self._worker.refresh_others() if self._worker else []
        if problems := [outcome for outcome in others if isinstance(outcome, str)]:
            raise UnansweredError(409, f"not all processes took what is newest: {problems[0]}")
        return Reloaded(switched=switched or any(others), model=self._model())

    async def metrics_page(self) -> Response:
        """Figures for Prometheus."""
        self.metrics.store.set(await self._storage.is_writable())
        self._show()
        return Response(self.metrics.page(), media_type=CONTENT_TYPE_LATEST)

    def _show(self) -> None:
        self.metrics.show(self._slot, self._batcher.waiting_rows)

    async def _keep_shown(self) -> None:
        while True:
            self._show()
            await asyncio.sleep(SHOW_EVERY)

    async def _refresh(self) -> bool | str:
        outcome = await self._slot.try_refresh()
        self._show()  # the page that another process answers next has it
        return outcome

    @contextlib.asynccontextmanager
    async def life(self, app: FastAPI) -> AsyncIterator[None]:
        """Works on batches and follows the champion while the service runs."""
        app.state.slot = self._slot  # for routes of the team's own
        tasks = [asyncio.create_task(self._batcher.run())]
        if self._settings.poll_seconds:
            tasks.append(asyncio.create_task(self._slot.follow(self._settings.poll_seconds)))
        if self._mirror:
            self._mirror.start()
        if self._worker:
            tasks.append(asyncio.create_task(self._keep_shown()))
            self._worker.join(self._refresh)
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.to_thread(export.flush)
        if self._mirror:
            self._mirror.close()
        self._storage.close()
