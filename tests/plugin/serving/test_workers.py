"""Several processes behind one port answer as one does, and are started, replaced and ended together."""

import contextlib
import re
import signal
import socket
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import psutil
import pytest
import requests
from flight_delays.schemas import FlightPlan
from kedro_modelops.predictions.prediction_store import PredictionStore
from kedro_modelops.serving.access.keys import create_key, read_keys, revoke_key
from kedro_modelops.testing.forms import as_records
from rows import arrivals
from service import Server, Start

if TYPE_CHECKING:
    import subprocess

Row = dict[str, Any]
CALLERS = 8


@pytest.fixture(scope="module")
def pair(nursery: "subprocess.Popen[str]", bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A service of two workers, for all tests that leave it as it was."""
    settings = {"SERVING_BUNDLE": str(bundle), "SERVING_WORKERS": "2"}
    running = Server(nursery, tmp_path_factory.mktemp("pair"), settings)
    yield running
    running.stop()


@pytest.fixture
def plans() -> list[Row]:
    """Some different real rows."""
    flights = pd.concat(arrivals().values()).head(120)
    return as_records(flights[[name for name in FlightPlan.to_schema().columns if name in flights]])


@contextlib.contextmanager
def alone(server: Server, worker: psutil.Process) -> Iterator[None]:
    """Has one worker take all new connections."""
    server.session.close()
    others = [other for other in server.workers() if other != worker]
    for other in others:
        other.suspend()
    try:
        yield
    finally:
        for other in others:
            other.resume()
        server.session.close()


def ask(server: Server, *rows: Row, **headers: str) -> requests.Response:
    """Sends rows over a connection of their own."""
    key = {"Authorization": str(server.session.headers["Authorization"])}
    body = {"dataframe_records": rows, "params": {"probabilities": True}}
    return requests.post(f"{server.url}/invocations", json=body, headers=key | headers, timeout=600)


def status(server: Server, worker: psutil.Process, plan: Row, headers: dict[str, str]) -> int:
    """With which status a worker answers."""
    with alone(server, worker):
        return ask(server, plan, **headers).status_code


def count(server: Server, name: str) -> float:
    """The sum of a figure."""
    page = server.session.get(f"{server.url}/metrics", timeout=600).text
    return sum(float(value) for value in re.findall(rf"^{name}(?:{{.*}})? (.*)$", page, re.MULTILINE))


def test_whichever_worker_answers_each_row_gets_the_answer_of_one_process(
    pair: Server, server: Server, plans: list[Row]
) -> None:
    expected = ask(server, *plans).json()
    with ThreadPoolExecutor(CALLERS) as pool:
        answers = [answer.json() for answer in pool.map(lambda plan: ask(pair, plan), plans)]
    assert [answer["predictions"][0] for answer in answers] == expected["predictions"]
    chances = [answer["probabilities"][0] for answer in answers]
    np.testing.assert_allclose(chances, expected["probabilities"], rtol=1e-12)  # other companions, other rounding
    for worker in pair.workers():
        with alone(pair, worker):
            assert ask(pair, *plans).json()["probabilities"] == expected["probabilities"]
    with contextlib.closing(PredictionStore(pair.store_url)) as store:
        assert {answer["prediction_ids"][0] for answer in answers} <= set(store.read()["prediction_id"])


def test_one_page_has_the_figures_of_all_whichever_shows_it(pair: Server, plan: Row) -> None:
    before = count(pair, "prediction_service_predictions_total")
    workers = pair.workers()
    for worker in workers:
        with alone(pair, worker):
            ask(pair, plan)
    for worker in workers:
        with alone(pair, worker):
            assert count(pair, "prediction_service_predictions_total") == before + 2
            assert count(pair, "prediction_service_model_info") == 1
            assert count(pair, "prediction_service_store_writable") == 1
            page = pair.session.get(f"{pair.url}/metrics").text
            assert "pid=" not in page
            largest = max(process.memory_info().rss for process in workers)
            assert count(pair, "process_resident_memory_bytes") > 1.5 * largest
    while count(pair, "prediction_service_waiting_rows"):  # as each shows it anew
        time.sleep(0.05)


def test_keys_are_read_again_by_all(pair: Server, plan: Row) -> None:
    secret = create_key(pair.keys, "another", ["predict"])
    time.sleep(1.1)
    header = {"Authorization": f"Bearer {secret}"}
    assert [status(pair, worker, plan, header) for worker in pair.workers()] == [200, 200]
    revoke_key(pair.keys, read_keys(pair.keys)[-1].id)
    time.sleep(1.1)
    assert [status(pair, worker, plan, header) for worker in pair.workers()] == [401, 401]


def test_a_request_that_comes_to_both_is_answered_once(pair: Server, plan: Row) -> None:
    key = {"Idempotency-Key": uuid.uuid4().hex}
    with ThreadPoolExecutor(CALLERS) as pool:
        answers = list(pool.map(lambda _: ask(pair, plan, plan, **key), range(2 * CALLERS)))
    for worker in pair.workers():
        with alone(pair, worker):
            answers.append(ask(pair, plan, plan, **key))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1


def test_a_worker_that_is_killed_is_replaced_and_no_answer_is_lost(start: Start, plan: Row) -> None:
    server = start(workers=2)
    promised: list[str] = []

    def call() -> None:
        for _ in range(30):
            with contextlib.suppress(requests.ConnectionError):  # what it was answering is cut off
                answer = ask(server, plan)
                assert answer.status_code == 200
                promised.extend(answer.json()["prediction_ids"])

    first = server.workers()
    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(call) for _ in range(4)]
        while not promised:
            time.sleep(0.01)
        first[0].kill()
        for made in calls:
            made.result()
    while len(server.workers()) < 2:
        time.sleep(0.05)
    assert len(promised) > 60
    (newer,) = {worker.pid for worker in server.workers()} - {worker.pid for worker in first}
    with alone(server, psutil.Process(newer)):
        assert ask(server, plan).status_code == 200
        assert count(server, "prediction_service_predictions_total") > len(promised)
    with contextlib.closing(PredictionStore(server.store_url)) as store:
        assert set(promised) <= set(store.read()["prediction_id"])
    assert "a worker has ended and is replaced" in {line["message"] for line in server.log()}

    workers = server.workers()
    server.process.kill()
    assert psutil.wait_procs(workers, timeout=600)[1] == []


def test_told_to_stop_all_finish_what_they_have_begun(start: Start, plan: Row) -> None:
    server = start(workers=2)
    body = requests.Request("POST", server.url, json={"dataframe_records": [plan]}).prepare().body
    head = [
        "POST /invocations HTTP/1.1",
        f"Host: {server.url.removeprefix('http://')}",
        f"Authorization: {server.session.headers['Authorization']}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Expect: 100-continue",
    ]
    workers, connections = server.workers(), []
    figures = Path(workers[0].environ()["PROMETHEUS_MULTIPROC_DIR"])
    assert figures.exists()
    for worker in workers:
        with alone(server, worker):
            port = int(server.url.rpartition(":")[2])
            connection = socket.create_connection(("127.0.0.1", port), timeout=600)
            connection.sendall("\r\n".join([*head, "\r\n"]).encode())
            assert connection.recv(1000).startswith(b"HTTP/1.1 100")
            connections.append(connection)
    server.process.send_signal(signal.SIGTERM)
    with contextlib.suppress(requests.ConnectionError):  # until nobody listens
        while requests.get(f"{server.url}/ping", timeout=600).ok:
            time.sleep(0.01)
    for connection in connections:
        connection.sendall(body)
        assert connection.recv(10_000).startswith(b"HTTP/1.1 200")
        connection.close()
    server.process.wait(600)
    assert not any(worker.is_running() for worker in workers)
    assert not figures.exists()


def test_what_is_not_configured_is_told_once(start: Start) -> None:
    with pytest.raises(AssertionError) as told:
        start(workers=2, keys_file="")
    assert str(told.value).count("no API keys: set SERVING_KEYS_FILE") == 1


def test_a_port_that_is_taken_is_told(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(AssertionError, match="nothing can listen at"):
        start(workers=2, port=taken.getsockname()[1])
