"""Whoever can talk to `mlflow models serve` can talk to this service."""

import json
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import mlflow
import pandas as pd
import pytest
from kedro_modelops.registry import export as exported
from mlflow.pyfunc.scoring_server.client import ScoringServerClient
from service import Server
from sklearn.base import is_classifier

Row = dict[str, Any]


def test_the_three_formats_mean_the_same(server: Server, plan: Row) -> None:
    split = {"columns": list(plan), "data": [list(plan.values())], "index": [0]}
    bodies = [{"dataframe_records": [plan]}, {"instances": [plan]}, {"dataframe_split": split}]
    answers = [server.session.post(f"{server.url}/invocations", json=body).json() for body in bodies]
    assert len({json.dumps(answer["predictions"]) for answer in answers}) == 1
    assert len({answer["prediction_ids"][0] for answer in answers}) == 3


def test_mlflows_own_client_is_answered(server: Server, plan: Row) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    key = str(server.session.headers["Authorization"]).removeprefix("Bearer ")
    client = ScoringServerClient(f"mlflow:{key}@{host}", port)
    client.wait_server_ready()
    rows = pd.DataFrame([plan, plan])
    assert client.invoke(rows).get_predictions().shape == (2, 1)
    assert client.get_version() == mlflow.__version__


def test_an_answer_names_its_maker(server: Server, plan: Row, bundle: Path) -> None:
    made = exported.load(bundle / "model")
    response = server.ask(plan)
    assert response.json()["model"] == {"name": made.name, "version": made.version, "run_id": made.run_id}
    assert response.headers["x-model-version"] == made.version
    assert server.session.get(f"{server.url}/ready").json() == response.json()["model"]


def test_probabilities_come_when_they_are_asked_for(server: Server, plan: Row, bundle: Path) -> None:
    assert "probabilities" not in server.ask(plan).json()
    answer = server.ask(plan, plan, params={"probabilities": True}).json()
    estimator = exported.load(bundle / "model").estimator
    if is_classifier(estimator):
        assert answer["classes"] == list(estimator.classes_)
        assert [sum(chances) for chances in answer["probabilities"]] == pytest.approx([1, 1])
    else:
        assert "probabilities" not in answer


@pytest.mark.parametrize("path", ["ping", "health"])
def test_it_says_that_it_lives(server: Server, path: str) -> None:
    response = server.session.get(f"{server.url}/{path}")
    assert (response.status_code, response.text) == (200, '{"status":"alive"}')


@pytest.mark.parametrize("path", ["ping", "health", "ready", "version", "openapi.json"])
def test_head_is_answered_like_get_without_a_body(server: Server, path: str) -> None:
    got, response = (server.session.request(method, f"{server.url}/{path}") for method in ("GET", "HEAD"))
    assert response.status_code == 200
    assert response.headers["content-length"] == got.headers["content-length"]
    assert response.content == b""
    assert server.session.get(f"{server.url}/{path}").content == got.content


@pytest.mark.parametrize(("method", "path"), [("HEAD", "invocations"), ("OPTIONS", "invocations"), ("OPTIONS", "ping")])
def test_other_methods_are_refused_in_words_of_the_protocol(server: Server, method: str, path: str) -> None:
    response = server.session.request(method, f"{server.url}/{path}")
    assert response.status_code == 405
    assert response.headers["allow"]
    assert method == "HEAD" or response.json()["error_code"] == "ENDPOINT_NOT_FOUND"


def talk(server: Server, start: str, *headers: str, body: bytes = b"") -> bytes:
    """The first bytes of the answer to a request that is written by hand."""
    address = urlsplit(server.url)
    lines = [start, f"Host: {address.netloc}", f"Authorization: {server.session.headers['Authorization']!s}", *headers]
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall("".join(f"{line}\r\n" for line in lines).encode() + b"\r\n" + body)
        return connection.recv(1000)


def test_unusual_requests_are_answered(server: Server, plan: Row) -> None:
    body = json.dumps({"dataframe_records": [plan]}).encode()
    headers = ("Content-Type: application/json", f"Content-Length: {len(body)}")
    post = "POST /invocations HTTP/1.1"
    assert talk(server, post, *headers, "Expect: 100-continue", body=body).startswith(b"HTTP/1.1 100")
    assert talk(server, post, *headers, "Content-Length: 3", body=body).startswith(b"HTTP/1.1 400")
    assert talk(server, f"POST {server.url}/invocations HTTP/1.1", *headers, body=body).startswith(b"HTTP/1.1 200")
    assert talk(server, f"GET {server.url} HTTP/1.1").startswith(b"HTTP/1.1 4")
    assert talk(server, "OPTIONS * HTTP/1.1").startswith(b"HTTP/1.1 4")
    assert talk(server, "GET /ping HTTP/1.0").startswith(b"HTTP/1.1 200")


def test_figures_are_shown(server: Server, plan: Row) -> None:
    server.ask(plan)
    figures = server.session.get(f"{server.url}/metrics").text
    shown = dict(line.rsplit(" ", 1) for line in figures.splitlines() if not line.startswith("#"))
    assert float(shown['prediction_service_http_requests_total{path="/invocations",status="200"}']) >= 1
    assert float(shown['prediction_service_predictions_total{version="1"}']) >= 1
    assert float(shown["prediction_service_store_writable"]) == 1
    assert float(shown["process_resident_memory_bytes"]) > 1e6
