"""What can be seen of the service: a log line and metrics for each request."""

import logging
import time
import uuid
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .answers import refuse
from .models import ServedModel

logger = logging.getLogger(__name__)

LONGEST_ID = 64
SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)


class Metrics:
    """Figures for Prometheus."""

    def __init__(self) -> None:
        """Starts at zero."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = Counter("requests", "Requests by path and status", ["path", "status"], registry=self.registry)
        self.seconds = Histogram("request_seconds", "Time to answer", ["path"], buckets=SECONDS, registry=self.registry)
        self.predictions = Counter("predictions", "Rows answered, by version", ["version"], registry=self.registry)
        self.broken = Counter("broken_requests", "Requests that broke the contract", registry=self.registry)
        self.batch = Histogram("batch_rows", "Rows of a batch", buckets=ROWS, registry=self.registry)
        self.waiting = Gauge("waiting_rows", "Rows that wait", registry=self.registry)
        self.model = Gauge("model_info", "What serves", ["name", "version", "run_id"], registry=self.registry)

    def show(self, model: ServedModel, waiting_rows: int) -> None:
        """Takes down what is so now."""
        self.model.clear()
        self.model.labels(model.name, model.version, model.run_id).set(1)
        self.waiting.set(waiting_rows)


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
        started, seen = time.perf_counter(), Seen(send, _request_id(scope))
        scope.setdefault("state", {})["seen"] = seen
        try:
            await self._app(scope, receive, seen.send)
        except Exception:
            logger.exception("a request failed", extra=seen.fields)
            if seen.status == 0:
                await refuse(500)(scope, receive, seen.send)
        self._record(scope, seen, time.perf_counter() - started)

    def _record(self, scope: Scope, seen: "Seen", seconds: float) -> None:
        path = getattr(scope.get("route"), "path", "other")
        self._metrics.requests.labels(path, seen.status).inc()
        self._metrics.seconds.labels(path).observe(seconds)
        fields = {"method": scope["method"], "path": path, "status": seen.status, "ms": round(1000 * seconds, 2)}
        logger.info("request", extra=fields | seen.fields)


class Seen:
    """What is known of a request so far; `fields` go to the log."""

    def __init__(self, send: Send, request_id: str) -> None:
        """Takes where the answer goes."""
        self._send, self.request_id, self.status = send, request_id, 0
        self.fields: dict[str, Any] = {"request_id": request_id}

    async def send(self, message: Message) -> None:
        """Sends on, with the request's id."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message.get("headers", ()), (b"x-request-id", self.request_id.encode())]
        await self._send(message)


def _request_id(scope: Scope) -> str:
    given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
    return given if 0 < len(given) <= LONGEST_ID and given.isascii() and given.isprintable() else uuid.uuid4().hex
