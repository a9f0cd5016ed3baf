"""OpenTelemetry's providers in this process: where spans, metrics and log lines go."""

import json
import logging
import secrets
import time
from collections.abc import Callable, Sequence
from functools import partial
from threading import Thread
from typing import Any

from opentelemetry import _logs, metrics, trace
from opentelemetry._logs import SeverityNumber
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator

from kedro_modelops.logs.json_lines import json_formatter

PATIENCE = 3.0
"""Seconds for which the end of a run, or of the service, waits for a collector."""
SELDOM = 600.0
"""Seconds after which the log says again that a collector takes nothing."""
FROM_CALLERS = ("url.path", "url.query", "http.request.method_original")
"""Attributes, by FastAPI, that hold what a caller wrote; `http.route` has the path without it."""


class OwnIds(IdGenerator):
    """Ids that no seed determines: the SDK draws them from Python's generator, which trainings may seed."""

    def generate_span_id(self) -> int:
        """Draws 64 bits."""
        return secrets.randbits(64) or 1

    def generate_trace_id(self) -> int:
        """Draws 128 bits."""
        return secrets.randbits(128) or 1


class Redaction(SpanProcessor):
    """Takes out of spans what callers wrote, which may name a person."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Writes something else in its place."""
        for name in set(FROM_CALLERS) & {*(span.attributes or {})}:
            span.set_attribute(name, "REDACTED")


class LogExport(logging.Handler):
    """Sends what a line of the JSON log has, in the trace in which it was written."""

    def emit(self, record: logging.LogRecord) -> None:
        """Sends a line."""
        line = json.loads(self.format(record))
        message = line.pop("message")
        _logs.get_logger(record.name).emit(
            timestamp=int(record.created * 1e9),
            severity_number=SeverityNumber(min(record.levelno // 10, 5) * 4 + 1),  # INFO is 20 there, and 9 here
            severity_text=record.levelname,
            body=message,
            attributes={name: value for name, value in line.items() if name not in {"time", "level", "name"}},
        )


class Seldom(logging.Filter):
    """Lets an exporter complain every ten minutes: a collector may be down for days."""

    _until = float("-inf")

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a line goes to the log."""
        if record.levelno < logging.ERROR or time.monotonic() < self._until:
            return False
        self._until = time.monotonic() + SELDOM
        return True


def start(signals: Sequence[str], service: str) -> Callable[[], None]:
    """Makes providers, and returns what sends all that waits; where the process has one already, that one is used.

    MLflow's is not the process's unless MLFLOW_USE_DEFAULT_TRACER_PROVIDER is false, which adds MLflow's to ours.
    """
    providers: list[Any] = []
    if not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        return partial(send, providers)
    resource = Resource.create()
    if str(resource.attributes[SERVICE_NAME]).startswith("unknown_service"):
        resource = resource.merge(Resource({SERVICE_NAME: service}))
    shared: dict[str, Any] = {"resource": resource, "shutdown_on_exit": False}  # it would wait for half a minute
    if "TRACES" in signals:
        providers.append(tracers := TracerProvider(id_generator=OwnIds(), **shared))
        tracers.add_span_processor(Redaction())
        tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        trace.set_tracer_provider(tracers)
    if "METRICS" in signals:
        reader = PeriodicExportingMetricReader(OTLPMetricExporter())
        providers.append(meters := MeterProvider([reader], **shared))
        metrics.set_meter_provider(meters)
    if "LOGS" in signals:
        providers.append(loggers := LoggerProvider(**shared))
        loggers.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
        _logs.set_logger_provider(loggers)
        logging.getLogger().addHandler(handler := LogExport())
        handler.setFormatter(json_formatter())
        handler.addFilter(lambda record: not record.name.startswith("opentelemetry"))
    for exporter in (OTLPSpanExporter, OTLPMetricExporter, OTLPLogExporter):
        logging.getLogger(exporter.__module__).addFilter(Seldom())
    return partial(send, providers)


def send(providers: Sequence[Any]) -> None:
    """Sends all that waits; for a collector that does not answer, nobody waits longer than `PATIENCE`."""
    end = time.monotonic() + PATIENCE
    threads = [Thread(target=provider.force_flush, daemon=True) for provider in providers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
