"""What a collector gets of the service: a trace for each request, by the id that its caller, log and store have."""

import contextlib
import json
import logging
import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from collector import Collector, Span
from kedro_modelops.predictions.prediction_store import PredictionStore
from kedro_modelops.telemetry import export, providers
from opentelemetry import trace as otel
from service import Server, Start

Row = dict[str, Any]
STEPS = ["read request", "check contract", "compute features", "predict", "store predictions"]
PERSON = "jane.doe@example.com"
CALLERS_TRACE, CALLERS_SPAN = "4b" * 16, "f0" * 8
PARENT = f"00-{CALLERS_TRACE}-{CALLERS_SPAN}-01"
KNOWN = {"error.type", "http.request.header.x-request-id", "http.request.method", "http.response.status_code"}
KNOWN |= {"http.route", "model.version", "network.protocol.version", "prediction.rows", "server.address", "server.port"}
KNOWN |= {"url.path", "url.query", "url.scheme"}
"""All that a span may tell; what callers wrote is taken out of the path and the query."""


@pytest.fixture
def nobody() -> Iterator[str]:
    """Address at which a connection opens and nothing is answered."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        yield f"http://127.0.0.1:{silent.getsockname()[1]}"


def of_trace(collector: Collector, trace: str) -> tuple[Span, list[Span]]:
    """The span of a request, and those below it."""
    first, *others = [span for span in collector.spans() if span.trace == trace]
    return first, others


def stored_ids(server: Server, predictions: list[str]) -> set[str]:
    with contextlib.closing(PredictionStore(server.store_url)) as store:
        return {str((store.get(name) or {})["request_id"]) for name in predictions}


def test_a_request_is_a_trace_with_its_steps(start: Start, collector: Collector, plan: Row) -> None:
    server = start(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
    answer = server.ask(plan, plan)
    server.session.get(f"{server.url}/ready")
    server.stop()
    trace = answer.headers["x-request-id"]
    request, steps = of_trace(collector, trace)
    assert (request.name, request.parent, request.failed) == ("POST /invocations", "", False)
    told = ("http.route", "http.response.status_code", "model.version", "prediction.rows")
    assert [request.attributes[name] for name in told] == ["/invocations", 200, answer.json()["model"]["version"], 2]
    assert [(step.name, step.parent, step.attributes) for step in steps] == [(name, request.id, {}) for name in STEPS]
    assert all(before.times[1] <= after.times[0] for before, after in pairwise(steps))
    assert stored_ids(server, answer.json()["prediction_ids"]) == {trace}
    (line,) = [line for line in server.log() if line["message"] == "request"]
    assert line["request_id"] == trace
    assert [one["request_id"] for one in collector.lines() if one["trace"] == trace] == [trace]
    assert {span.trace for span in collector.spans()} == {trace}, "probes are no traces"
    assert collector.services() == {"prediction-service"}
    assert "http.server.request.duration" in collector.metrics()


def test_the_trace_of_a_caller_goes_on_and_nothing_that_it_wrote_is_told(
    start: Start, collector: Collector, plan: Row
) -> None:
    server = start(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, OTEL_SERVICE_NAME="named")
    server.session.headers["traceparent"] = PARENT
    server.session.headers["X-Request-Id"] = "its-own"
    assert server.ask(plan).headers["x-request-id"] == CALLERS_TRACE
    server.session.headers.update(dict.fromkeys(("traceparent", "User-Agent", "X-Request-Id", "baggage"), PERSON))
    body = json.dumps({"dataframe_records": [plan | {"email": PERSON, PERSON: 1}]})
    server.session.headers["Content-Type"] = "application/json"
    broken = server.session.post(f"{server.url}/invocations?q={PERSON}", body)
    assert broken.status_code == 422
    assert server.session.get(f"{server.url}/{PERSON}").status_code == 404
    server.stop()
    request, steps = of_trace(collector, CALLERS_TRACE)
    assert (request.parent, request.attributes["http.request.header.x-request-id"]) == (CALLERS_SPAN, "its-own")
    assert {step.parent for step in steps} == {request.id}
    request, (read,) = of_trace(collector, broken.headers["x-request-id"])
    assert (request.attributes["http.response.status_code"], request.failed) == (422, False)
    assert read.attributes == {"error.type": "BrokenContractError"}
    assert {name for span in collector.spans() for name in span.attributes} <= KNOWN
    assert "caller_request_id" in str(server.log())
    assert all(PERSON.encode() not in body for _, body in collector.bodies)
    texts = [value.encode() for value in plan.values() if isinstance(value, str) and len(value) > 2]
    assert texts
    assert not any(text in body for text in texts for _, body in collector.bodies)
    assert collector.services() == {"named"}


def test_a_collector_that_does_not_answer_costs_no_request(start: Start, nobody: str, plan: Row) -> None:
    server = start(OTEL_EXPORTER_OTLP_ENDPOINT=nobody, OTEL_BSP_SCHEDULE_DELAY=1, OTEL_BLRP_SCHEDULE_DELAY=1)
    answers = [server.ask(plan) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({answer.headers["x-request-id"] for answer in answers}) == 3
    server.stop()
    assert {line["message"] for line in server.log() if line["level"] == "ERROR"} == set()


@pytest.mark.parametrize(
    ("settings", "signals"),
    [
        ({}, []),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, []),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c"}, ["TRACES", "METRICS", "LOGS"]),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_LOGS_EXPORTER": "none"}, ["TRACES", "METRICS"]),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c/v1/traces"}, ["TRACES"]),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, ["TRACES"]),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_SDK_DISABLED": "true"}, []),
    ],
)
def test_the_standard_variables_say_what_is_sent(
    settings: dict[str, str], signals: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert export.wanted() == signals


@pytest.mark.parametrize(
    ("name", "value", "way_out"),
    [("OTEL_TRACES_EXPORTER", "zipkin", "otlp or none"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "http/protobuf")],
)
def test_what_there_is_not_is_told_and_starts_nothing(
    name: str, value: str, way_out: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c")
    monkeypatch.setenv(name, value)
    with caplog.at_level(logging.WARNING):
        export.start("service")
    assert [record.getMessage() for record in caplog.records] == [
        f"Nothing goes to a collector: {name} can be {way_out} here"
    ]
    assert export._sending == []


def test_a_setting_that_does_not_work_is_told_and_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c")
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "-1")
    with caplog.at_level(logging.WARNING):
        export.start("service")
    assert caplog.records[0].getMessage().startswith("Nothing goes to a collector: ")
    assert export._sending == []


def test_a_provider_that_the_process_has_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(otel, "get_tracer_provider", otel.NoOpTracerProvider)
    before = list(logging.getLogger().handlers)
    providers.start(export.SIGNALS, "service")()
    assert logging.getLogger().handlers == before


def test_ids_do_not_follow_from_a_seed() -> None:
    drawn = set()
    for _ in range(2):
        random.seed(1)
        drawn |= {providers.OwnIds().generate_trace_id(), providers.OwnIds().generate_span_id()}
    assert len(drawn) == 4


def test_an_exporter_complains_seldom() -> None:
    seldom, levels = providers.Seldom(), (logging.WARNING, logging.ERROR, logging.ERROR)
    records = [logging.makeLogRecord({"levelno": level}) for level in levels]
    assert [seldom.filter(record) for record in records] == [False, True, False]


IMPORTS = """
import sys

from kedro_modelops.telemetry import export
from kedro_modelops.telemetry.run_spans import RUN_SPANS


def imported(*beginnings):
    return any(name.startswith(beginnings) for name in sys.modules)


def use():
    RUN_SPANS.after_context_created()
    RUN_SPANS.before_pipeline_run({})
    export.flush()


use()
print(imported("opentelemetry"))
from kedro_modelops.serving import run  # FastAPI imports OpenTelemetry's API, as it always does

export.start("service")
print(imported("opentelemetry.sdk", "opentelemetry.exporter", "google.protobuf", "requests"))
import os

os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:9"
use()
print(imported("opentelemetry.sdk") and imported("opentelemetry.exporter"))
os._exit(0)
"""


def test_nothing_is_imported_while_it_is_off() -> None:
    done = subprocess.run([sys.executable, "-u", "-c", IMPORTS], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False", "True"], done.stderr
