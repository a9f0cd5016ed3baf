"""Another version takes the place of the one that serves, and no request notices."""

import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
import pytest
import versions
from kedro_modelops.models.estimators import TrainedModel
from kedro_modelops.registry import model_registry as registry
from mlflow.models import Model
from service import Server, Start
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import Pipeline
from versions import NAME, empty_registry

Row = dict[str, Any]
SWITCHES = 50
CHANCES = {"1": 0.25, "2": 0.75}
"""By version: each answers always the same, and differently from the other."""


def register(features: pd.DataFrame, chance: float) -> None:
    """Registers a model that answers with this chance."""
    model = Pipeline([("columns", "passthrough"), ("estimator", DummyClassifier())])
    late = [number < 100 * chance for number in range(100)]
    model.fit(pd.concat([features.head(1)] * 100), late)
    versions.register(trained=TrainedModel(model, features))


def promote(version: str) -> None:
    """Makes a version the champion."""
    mlflow.MlflowClient().set_registered_model_alias(NAME, registry.CHAMPION, version)


@pytest.fixture(scope="module")
def registered(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A registry with two versions that can serve, and a third that wants other features."""
    folder, before = tmp_path_factory.mktemp("registry"), mlflow.get_tracking_uri()
    with pytest.MonkeyPatch.context() as patch:
        empty_registry(folder, patch)
        example = Model.load(str(bundle / "model")).load_input_example(str(bundle / "model"))
        for chance in CHANCES.values():
            register(example, chance)
        register(example.rename(columns={example.columns[0]: "something_else"}), 0.5)
        yield mlflow.get_tracking_uri()
        mlflow.set_tracking_uri(before)


@pytest.fixture
def begin(start: Start, registered: str, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Starts a service that follows this registry."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", registered)
    return lambda **more: start(model_name=NAME, bundle="", MLFLOW_TRACKING_URI=registered, **more)


def reload(server: Server) -> Any:
    return server.session.post(f"{server.url}/reload", timeout=600)


def ask_anew(server: Server, plan: Row) -> Any:
    """Asks over a new connection, which any worker may take."""
    server.session.close()
    return server.ask(plan).json()


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_fifty_switches_under_load_lose_no_request(begin: Start, plan: Row, workers: int) -> None:
    promote("1")
    server, stop = begin(workers=workers), threading.Event()

    def ask() -> list[tuple[int, str, float]]:
        found = []
        while not stop.is_set():
            response = server.ask(plan, params={"probabilities": True})
            told = response.json()
            found.append((response.status_code, told["model"]["version"], told["probabilities"][0][1]))
        return found

    with ThreadPoolExecutor(4) as pool:
        callers = [pool.submit(ask) for _ in range(4)]
        for switch in range(SWITCHES):
            promote(str(2 - switch % 2))
            assert reload(server).json()["switched"] is True
        stop.set()
        answers = [answer for caller in callers for answer in caller.result()]
    assert {status for status, _, _ in answers} == {200}
    assert {version: chance for _, version, chance in answers} == CHANCES
    assert all(chance == CHANCES[version] for _, version, chance in answers)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_new_champion_is_found_without_being_told(begin: Start, plan: Row, workers: int) -> None:
    promote("1")
    server = begin(poll_seconds=0.1, workers=workers)
    assert server.ask(plan).json()["model"]["version"] == "1"
    promote("2")
    deadline = time.monotonic() + 600
    for _ in range(workers):
        while ask_anew(server, plan)["model"]["version"] == "1":
            assert time.monotonic() < deadline


@pytest.mark.parametrize("workers", [1, 2])
def test_a_version_that_fails_its_own_example_is_not_switched_in(begin: Start, plan: Row, workers: int) -> None:
    promote("1")
    server = begin(workers=workers)
    promote("3")
    refused = reload(server)
    assert refused.status_code == 409
    assert "was trained on other features than features.py computes" in refused.json()["message"]
    assert "version 1 goes on" in refused.json()["message"]
    assert server.ask(plan).json()["model"]["version"] == "1"
    promote("2")
    assert reload(server).json() == {"switched": True, "model": server.session.get(f"{server.url}/ready").json()}
    assert {ask_anew(server, plan)["model"]["version"] for _ in range(8)} == {"2"}
    assert reload(server).json()["switched"] is False
    page = server.session.get(f"{server.url}/metrics").text
    assert re.findall(r'model_info{.*version="(\d)"', page) == ["2"]


def test_without_a_champion_nothing_is_served(begin: Start) -> None:
    mlflow.MlflowClient().delete_registered_model_alias(NAME, registry.CHAMPION)
    with pytest.raises(AssertionError, match="model has no champion"):
        begin()


def test_a_champion_that_cannot_serve_does_not_start(begin: Start) -> None:
    promote("3")
    with pytest.raises(AssertionError, match="was trained on other features"):
        begin()
