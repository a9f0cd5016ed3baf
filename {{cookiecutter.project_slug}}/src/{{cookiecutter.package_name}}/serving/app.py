"""The prediction service: MLflow's scoring protocol, with keys, a contract, batches and a store of predictions."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI, Request, Response, Security
from fastapi_offline import FastAPIOffline
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse

from .. import schemas
from ..errors import RefusedError
from ..mlops.store import PredictionStore
from .access import Needs
from .answers import Answer, Model, Reloaded, UnansweredError, answer, documented, refuse
from .batching import Batcher, FullError, Job
from .contract import BrokenContractError, RequestContract
from .keys import KeyRing
from .models import ModelSlot
from .observing import Metrics, Observer
from .reading import read_body
from .scorer import Scorer, StoreError
from .settings import Settings

COME_AGAIN = {"retry-after": "1"}
MOST_LOGGED = 10
"""Broken rules of a request."""


class Service:
    """What the paths do."""

    def __init__(self, settings: Settings, slot: ModelSlot, store: PredictionStore, reference: Any) -> None:
        """Takes the parts; `reference` is what rows are completed with."""
        self._settings, self._slot, self._store = settings, slot, store
        self.contract = RequestContract(schemas.Request, schemas.EXAMPLE, settings.max_rows)
        self.metrics = Metrics()
        self._batcher = Batcher(
            Scorer(slot, self.contract, store, reference, self.metrics).work,
            settings.batch_rows,
            settings.batch_wait_seconds,
            settings.max_waiting_rows,
        )

    async def invocations(self, request: Request) -> Response:
        """Scores rows that are known before the event. `params: {"probabilities": true}` asks for probabilities too."""
        accepted, seen, limits = time.monotonic(), request.state.seen, self._settings
        rows, options = self.contract.read(await read_body(request, limits.max_body_bytes, limits.timeout_seconds))
        job = Job(rows, seen.request_id, request.state.caller, accepted)
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
        """Says that requests are answered, and by which version."""
        return Model.model_validate(self._slot.current, from_attributes=True)

    async def reload(self, request: Request) -> Reloaded:
        """Puts the newest version in the place of the current one, if it is fit to serve."""
        try:
            switched = await self._slot.refresh()
        except RefusedError as error:
            raise UnansweredError(409, f"{error}; version {self._slot.current.version} goes on") from error
        return Reloaded(switched=switched, model=await self.ready())

    async def metrics_page(self) -> Response:
        """Figures for Prometheus."""
        self.metrics.show(self._slot.current, self._batcher.waiting_rows)
        return Response(generate_latest(self.metrics.registry), media_type=CONTENT_TYPE_LATEST)

    @contextlib.asynccontextmanager
    async def life(self, _: FastAPI) -> AsyncIterator[None]:
        """Works on batches and follows the champion while the service runs."""
        tasks = [asyncio.create_task(self._batcher.run())]
        if self._settings.poll_seconds:
            tasks.append(asyncio.create_task(self._slot.follow(self._settings.poll_seconds)))
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._store.close()


def create_app(service: Service, keys: KeyRing) -> FastAPI:
    """Makes the application: paths, who may ask for them, what is refused, and the documentation."""
    title = f"Predictions for a {schemas.Request.__name__}"
    app = FastAPIOffline(title=title, version="1", redoc_url=None, lifespan=service.life)
    app.add_middleware(Observer, metrics=service.metrics)
    predict, operate = [Security(Needs(keys, "predict"))], [Security(Needs(keys, "operate"))]
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Invocation"}}}, "required": True}
    for path in ("/ping", "/health"):
        app.get(path, operation_id=path[1:])(service.ping)
    app.get("/version", response_class=PlainTextResponse)(service.version)
    app.get("/ready")(service.ready)
    app.get("/metrics", dependencies=operate, response_class=PlainTextResponse, responses=documented(401, 403))(
        service.metrics_page
    )
    app.post("/reload", dependencies=operate, responses=documented(401, 403, 409))(service.reload)
    app.post(
        "/invocations",
        dependencies=predict,
        response_model=Answer,
        responses=documented(401, 403, 408, 413, 415, 422, 503, 504),
        openapi_extra={"requestBody": body},
    )(service.invocations)
    app.add_exception_handler(UnansweredError, _refused)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(BrokenContractError, service.broken)
    _document(app, service.contract)
    return app


async def _refused(_: Request, error: Any) -> Response:
    return refuse(getattr(error, "status", None) or error.status_code, str(error), error.headers)


def _document(app: FastAPI, contract: RequestContract) -> None:
    """Adds what the contract says of rows: FastAPI does not know, as it does not read the bodies."""
    invocation = contract.body.json_schema(ref_template="#/components/schemas/{model}")
    kinds = invocation.pop("$defs") | {"Invocation": invocation}
    without = app.openapi

    def openapi() -> dict[str, Any]:
        document = without()
        document["components"]["schemas"] |= kinds
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI's own documentation extends it
