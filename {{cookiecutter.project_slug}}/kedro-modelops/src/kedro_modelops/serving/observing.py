"""What can be seen of the service: a log line and metrics for each request."""

import logging
import os
import re
import time
import uuid
from pathlib import Path
from typing import Any

from opentelemetry import trace
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kedro_modelops.serving.answers import refuse
from kedro_modelops.serving.logs import without_values
from kedro_modelops.serving.scoring.models import ModelSlot
from kedro_modelops.serving.workers.figures import FIGURES, registry_of_workers
from kedro_modelops.telemetry.spans import current_trace

logger = logging.getLogger(__name__)

REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,64}")
"""What an id looks like that may be logged; an address of a person does not."""
CLIENT_CLOSED_REQUEST = 499
"""Nobody was there to be answered; nginx counts such requests under this number."""
PROBES = frozenset({"/ping", "/health", "/ready", "/version", "/metrics"})
"""Asked every few seconds by programs: the log has those that were not answered well, metrics count all."""
SHOWN = {"version": "model.version", "rows": "prediction.rows", "caller_request_id": "http.request.header.x-request-id"}
"""Fields of the log that the span of a request has too. It names no caller: their keys may be named after persons."""
SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)


class Metrics:
    """Figures for Prometheus."""

    def __init__(self) -> None:
        """Starts at zero."""
        self._registry, self._folder = CollectorRegistry(), os.environ.get(FIGURES)
        if not self._folder:
            ProcessCollector(registry=self._registry)
        kind: dict[str, Any] = {"namespace": "prediction_service", "registry": self._registry}
        self.requests = Counter("http_requests", "Requests by path and status", ["path", "status"], **kind)
        self.seconds = Histogram("http_request_duration_seconds", "Time to answer", ["path"], buckets=SECONDS, **kind)
        self.predictions = Counter("predictions", "Rows answered, by version", ["version"], **kind)
        self.broken = Counter("invalid_requests", "Requests that broke the contract", **kind)
        self.batch = Histogram("batch_rows", "Rows of a batch", buckets=ROWS, **kind)
        self.shadow = Counter(
            "shadow_rows", "Rows for a challenger in shadow, by what came of them", ["result"], **kind
        )
        self.waiting = Gauge("waiting_rows", "Rows that wait", multiprocess_mode="livesum", **kind)
        said = "1 while predictions can be stored"
        self.store = Gauge("store_writable", said, multiprocess_mode="livemostrecent", **kind)
        said = "Latest time in what rows are completed with; NaN where it has none"
        self._newest = Gauge("reference_newest_timestamp_seconds", said, multiprocess_mode="livemin", **kind)
        labels = ["name", "version", "run_id"]
        self._model = Gauge("model_info", "What serves", labels, multiprocess_mode="livemax", **kind)
        self._shown: tuple[str, str, str] | None = None

    def show(self, slot: ModelSlot, waiting_rows: int) -> None:
        """Takes down what is so now."""
        model = slot.current
        serves = (model.name, model.version, model.run_id)
        if self._shown and self._shown != serves:
            if self._folder:  # from which nothing is removed
                self._model.labels(*self._shown).set(0)
            else:
                self._model.remove(*self._shown)
        self._model.labels(*serves).set(1)
        self._shown = serves
        self._newest.set(slot.reference.newest)
        self.waiting.set(waiting_rows)

    def page(self) -> bytes:
        """The figures of this process, or of all workers."""
        return generate_latest(registry_of_workers(Path(self._folder)) if self._folder else self._registry)


class Observer:
    """ASGI middleware: gives each request an id, and writes a log line and figures when it has been answered."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        """Takes the application and where to count."""
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, given = time.perf_counter(), _given_id(scope)
        seen = Seen(send, current_trace() or given or uuid.uuid4().hex, scope["method"])
        if given not in {None, seen.request_id}:
            seen.fields["caller_request_id"] = given
        scope.setdefault("state", {})["seen"] = seen
        if scope["method"] == "HEAD":  # is answered like GET; the server leaves the body out
            scope = {**scope, "method": "GET"}
        try:
            await self._app(scope, receive, seen.send)
        except ClientDisconnect:
            seen.status = seen.status or CLIENT_CLOSED_REQUEST
        except Exception as error:
            told = seen.fields | without_values(error)
            logger.error("a request failed", extra=told)  # noqa: TRY400  (its message may hold what a caller sent)
            if seen.status == 0:
                await refuse(500)(scope, receive, seen.send)
        self._record(scope, seen, time.perf_counter() - started)

    def _record(self, scope: Scope, seen: "Seen", seconds: float) -> None:
        path = getattr(scope.get("route"), "path", "other")
        self._metrics.requests.labels(path, seen.status).inc()
        self._metrics.seconds.labels(path).observe(seconds)
        if path in PROBES and seen.status < 400:  # noqa: PLR2004  (from there on HTTP tells of failures)
            return
        fields = {"path": path, "status": seen.status, "ms": round(1000 * seconds, 2)}
        logger.info("request", extra=fields | seen.fields)


class Seen:
    """What is known of a request so far; `fields` go to the log."""

    def __init__(self, send: Send, request_id: str, method: str) -> None:
        """Takes where the answer goes."""
        self._send, self.request_id, self.status = send, request_id, 0
        self.span = span if (span := trace.get_current_span()).is_recording() else None  # FastAPI's, if it is traced
        self.fields: dict[str, Any] = {"request_id": request_id, "method": method}

    async def send(self, message: Message) -> None:
        """Sends on, with the request's id."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message.get("headers", ()), (b"x-request-id", self.request_id.encode())]
            if self.span:  # it ends with the answer
                self.span.set_attributes({SHOWN[name]: self.fields[name] for name in SHOWN if name in self.fields})
        await self._send(message)


def _given_id(scope: Scope) -> str | None:
    given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
    return given if REQUEST_ID.fullmatch(given) else None
