"""What was answered is in the store, whatever happens to the service."""

import contextlib
import signal
import sqlite3
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
import requests
from kedro_modelops.errors import RefusedError
from kedro_modelops.predictions.prediction_store import PredictionStore
from service import Server, Start

Row = dict[str, Any]
KILLS = {1: 20, 2: 5}
"""By number of workers."""


def note_answers(server: Server, plan: Row, answered: list[str]) -> None:
    """Asks until the service is gone, and notes the ids that it answered."""
    with contextlib.suppress(requests.RequestException):
        while True:
            response = server.ask(plan, plan)
            assert response.status_code == 200
            answered += response.json()["prediction_ids"]


@pytest.fixture
def store(store_url: str) -> Iterator[PredictionStore]:
    """The store to which a service writes that is started with the same address."""
    with contextlib.closing(PredictionStore(store_url)) as opened:
        yield opened


@pytest.mark.slow
@pytest.mark.parametrize("workers", KILLS)
def test_killed_twenty_times_under_load_it_has_lost_no_answer(
    start: Start, store_url: str, store: PredictionStore, plan: Row, workers: int
) -> None:
    promised: list[str] = []
    for kill in range(KILLS[workers]):
        server, before = start(PREDICTION_STORE_URL=store_url, measured=False, workers=workers), len(promised)
        with ThreadPoolExecutor(4) as pool:
            callers = [pool.submit(note_answers, server, plan, promised) for _ in range(4)]
            while len(promised) < before + 2 + kill and not any(caller.done() for caller in callers):
                time.sleep(0.001)
            server.stop(signal.SIGKILL)
            for caller in callers:
                caller.result()
    stored = store.read()["prediction_id"]
    assert len(promised) == len(set(promised)) > KILLS[workers]
    assert stored.is_unique
    assert set(promised) <= set(stored)


def test_a_prediction_is_stored_with_all_that_made_it(
    start: Start, store_url: str, store: PredictionStore, plan: Row
) -> None:
    server = start(PREDICTION_STORE_URL=store_url)
    response = server.ask(plan, params={"probabilities": True}).json()
    stored = store.get(response["prediction_ids"][0])
    assert stored
    assert stored["output"] == response["predictions"][0]
    assert stored["probabilities"] == response.get("probabilities", [None])[0]
    assert {name: stored[name] for name in ("model", "version", "run_id")} == {
        "model": response["model"]["name"],
        **{name: response["model"][name] for name in ("version", "run_id")},
    }
    assert stored["caller"] == "tester"
    assert 0 < stored["latency_ms"] < 60_000
    assert set(plan) <= set(stored["inputs"])
    assert store.get("nobody's") is None


def test_what_happened_is_joined_by_key(start: Start, store_url: str, store: PredictionStore, plan: Row) -> None:
    server = start(PREDICTION_STORE_URL=store_url)
    asked = server.ask(plan).json()["prediction_ids"]
    key = store.get(asked[0])["key"]  # type: ignore[index]
    assert store.read().set_index("prediction_id").loc[asked[0], "outcome"] is None
    store.add_outcomes(pd.Series({key: False, "another": True}))
    store.add_outcomes(pd.Series({key: True}))
    assert bool(store.read().set_index("prediction_id").loc[asked[0], "outcome"]) is True
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert len(store.read(since=tomorrow)) == 0
    assert asked[0] in set(store.read(until=tomorrow)["prediction_id"])


def test_predictions_are_forgotten_by_age_and_by_subject(
    start: Start, store_url: str, store: PredictionStore, plan: Row
) -> None:
    server = start(PREDICTION_STORE_URL=store_url)
    field, value = list(plan.items())[-1]
    asked = server.ask(plan, plan).json()["prediction_ids"]
    assert store.forget_subject(field, "somebody else") == 0
    assert store.forget_before(datetime.now(UTC) - timedelta(days=1)) == 0
    assert store.forget_subject(field, str(value)) >= 2
    assert store.get(asked[0]) is None
    again = store.get(server.ask(plan).json()["prediction_ids"][0])
    assert again
    assert store.forget_subject("key", again["key"]) == 1
    server.ask(plan)
    assert store.forget_before(datetime.now(UTC) + timedelta(days=1)) >= 1
    assert len(store.read()) == 0


def test_without_its_store_the_service_answers_nothing_and_recovers(start: Start, plan: Row) -> None:
    server = start()
    database = server.keys.parent / "predictions.db"
    server.ask(plan)
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("ALTER TABLE predictions RENAME TO elsewhere")
    refused = server.ask(plan)
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "1"
    assert server.session.get(f"{server.url}/ready").status_code == 503
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("ALTER TABLE elsewhere RENAME TO predictions")
    time.sleep(0.3)
    assert server.session.get(f"{server.url}/ready").status_code == 200
    assert server.ask(plan).status_code == 200
    assert "no such table" in next(line["problem"] for line in server.log() if "problem" in line)


def test_a_store_that_was_moved_away_is_noticed(start: Start, plan: Row) -> None:
    server = start()
    database = server.keys.parent / "predictions.db"
    assert server.session.get(f"{server.url}/ready").status_code == 200
    promised = server.ask(plan).json()["prediction_ids"]
    database.rename(elsewhere := database.with_suffix(".old"))
    assert {server.ask(plan).status_code for _ in range(20)} == {503}
    assert server.session.get(f"{server.url}/ready").status_code == 503
    assert "predictions.db was moved" in str(server.log())
    elsewhere.rename(database)
    time.sleep(0.3)
    assert server.session.get(f"{server.url}/ready").status_code == 200
    promised += server.ask(plan).json()["prediction_ids"]
    with contextlib.closing(PredictionStore(server.store_url)) as store:
        assert set(promised) == set(store.read()["prediction_id"])


def test_a_retry_with_the_same_idempotency_key_is_the_same_prediction(
    start: Start, store_url: str, store: PredictionStore, plan: Row
) -> None:
    key = uuid.uuid4().hex

    def ask(server: Server, *rows: Row, key: str = key, **more: Any) -> requests.Response:
        server.session.headers["Idempotency-Key"] = key
        return server.ask(*rows, **more)

    server = start(PREDICTION_STORE_URL=store_url)
    other = start(PREDICTION_STORE_URL=store_url)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: ask([server, other][number % 2], plan, plan), range(16)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    server.stop()
    again = ask(start(PREDICTION_STORE_URL=store_url), plan, plan)
    assert again.text == answers[0].text
    assert again.headers["x-model-version"] == again.json()["model"]["version"]
    ids = again.json()["prediction_ids"]
    assert len(store.read().query("prediction_id in @ids")) == 2
    refused = ask(other, plan)
    assert refused.status_code == 422
    assert "another body" in refused.json()["message"]
    assert ask(other, plan, key="x" * 201).status_code == 422
    assert ask(other, plan, key="two words").status_code == 422
    assert ask(other, plan, plan, key=uuid.uuid4().hex).json()["prediction_ids"] != ids


def test_a_store_that_does_not_answer_is_named() -> None:
    with pytest.raises(RefusedError, match=r"postgres:\*\*\*@.* does not answer"):
        PredictionStore("postgresql+psycopg://postgres:secret@127.0.0.1:1/none")  # pragma: allowlist secret
