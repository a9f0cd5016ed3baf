"""A collector of OpenTelemetry on 127.0.0.1 that keeps what it is sent over OTLP/HTTP."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Span(NamedTuple):
    """A span, with ids as W3C writes them."""

    name: str
    trace: str
    id: str
    parent: str
    attributes: dict[str, Any]
    failed: bool
    times: tuple[int, int]


class Collector(ThreadingHTTPServer):
    """Decodes each request when it is asked for what came."""

    daemon_threads = True

    def __init__(self) -> None:
        """Listens on a free port."""
        super().__init__(("127.0.0.1", 0), Receiver)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.bodies: list[tuple[str, bytes]] = []

    def spans(self) -> list[Span]:
        """In the order of their beginning."""
        found = [
            span
            for request in self._decoded("traces", ExportTraceServiceRequest)
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]
        return [
            Span(
                one.name,
                one.trace_id.hex(),
                one.span_id.hex(),
                one.parent_span_id.hex(),
                values(one.attributes),
                one.status.code == one.status.STATUS_CODE_ERROR,
                (one.start_time_unix_nano, one.end_time_unix_nano),
            )
            for one in sorted(found, key=lambda span: span.start_time_unix_nano)
        ]

    def services(self) -> set[str]:
        """Who sent traces."""
        requests = self._decoded("traces", ExportTraceServiceRequest)
        return {
            values(one.resource.attributes)["service.name"] for request in requests for one in request.resource_spans
        }

    def lines(self) -> list[dict[str, Any]]:
        """Log lines, with the trace in which they were written."""
        return [
            {"body": line.body.string_value, "trace": line.trace_id.hex(), **values(line.attributes)}
            for request in self._decoded("logs", ExportLogsServiceRequest)
            for resource in request.resource_logs
            for scope in resource.scope_logs
            for line in scope.log_records
        ]

    def metrics(self) -> set[str]:
        """Names of metrics."""
        return {
            metric.name
            for request in self._decoded("metrics", ExportMetricsServiceRequest)
            for resource in request.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }

    def _decoded(self, signal: str, kind: Any) -> list[Any]:
        return [kind.FromString(body) for path, body in self.bodies if path == f"/v1/{signal}"]


class Receiver(BaseHTTPRequestHandler):
    """Takes whatever is sent."""

    server: Collector

    def do_POST(self) -> None:
        """Keeps the body."""
        self.server.bodies.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def values(attributes: Any) -> dict[str, Any]:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in attributes}


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector that is there."""
    with Collector() as running:
        thread = Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()
