"""The prediction service: MLflow's scoring protocol, with keys, a contract, batches and a store of predictions."""

from typing import Any

from fastapi import FastAPI, Request, Response, Security
from fastapi.telemetry import TelemetryConfig
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse

from kedro_modelops.problem import load_problem
from kedro_modelops.serving.access.key_ring import KeyRing
from kedro_modelops.serving.access.scopes import Needs
from kedro_modelops.serving.answers import Answer, UnansweredError, documented, refuse
from kedro_modelops.serving.observing import PROBES, Observer
from kedro_modelops.serving.requests import idempotency
from kedro_modelops.serving.requests.broken_rules import BrokenContractError
from kedro_modelops.serving.requests.contract import RequestContract
from kedro_modelops.serving.requests.direct_route import DirectRoute
from kedro_modelops.serving.routes import mount_routes
from kedro_modelops.serving.service import Service

TRACED = TelemetryConfig(
    auto_configure=False, logs=False, operation_spans=False, exclude=lambda scope: scope.get("path") in PROBES
)
"""What FastAPI records where `telemetry.export` has started something; its log would have messages of errors."""


def create_app(service: Service, keys: KeyRing) -> FastAPI:
    """Makes the application: paths, who may ask for them, what is refused, and the documentation."""
    title = f"Predictions for a {load_problem().request.__name__}"
    app = FastAPIOffline(title=title, version="1", redoc_url=None, lifespan=service.life, telemetry=TRACED)
    app.add_middleware(Observer, metrics=service.metrics)
    predict, operate = [Security(Needs(keys, "predict"))], [Security(Needs(keys, "operate"))]
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Invocation"}}}, "required": True}
    for path in ("/ping", "/health"):
        app.get(path, operation_id=path[1:])(service.ping)
    app.get("/version", response_class=PlainTextResponse)(service.version)
    app.get("/ready", responses=documented(503))(service.ready)
    app.get("/metrics", dependencies=operate, response_class=PlainTextResponse, responses=documented(401, 403))(
        service.metrics_page
    )
    app.post("/reload", dependencies=operate, responses=documented(401, 403, 409))(service.reload)
    app.router.add_api_route(
        "/invocations",
        service.invocations,
        methods=["POST"],
        dependencies=predict,
        response_model=Answer,
        responses=documented(401, 403, 408, 409, 413, 415, 422, 503, 504),
        openapi_extra={"requestBody": body, "parameters": [idempotency.DOCUMENTED]},
        route_class_override=DirectRoute,
    )
    mount_routes(app, predict)
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
