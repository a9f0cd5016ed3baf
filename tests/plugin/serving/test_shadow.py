"""A challenger in shadow: its answers are stored beside the champion's, and no caller notices anything of it."""

import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
import psutil
import pytest
import versions
from kedro_modelops.models.estimators import TrainedModel
from kedro_modelops.predictions.prediction_store import PredictionStore
from kedro_modelops.registry import export
from kedro_modelops.serving.settings import Settings
from kedro_modelops.serving.shadow.challenger import Challenger
from mlflow.models import Model
from prometheus_client.parser import text_string_to_metric_families
from service import Server, Start
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder
from versions import NAME, empty_registry

Row = dict[str, Any]
ROWS = 30
PATIENCE = 120


def fit(columns: Any, features: pd.DataFrame, chance: float) -> TrainedModel:
    model = Pipeline([("columns", columns), ("estimator", DummyClassifier())])
    model.fit(pd.concat([features.head(1)] * 100), [number < 100 * chance for number in range(100)])
    return TrainedModel(model, features.head(1))


@pytest.fixture(scope="module")
def registered(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Challengers: 1 and 2 say always the same, 3 knows no other row, 4 wants other features; 2 as a bundle."""
    folder, before = tmp_path_factory.mktemp("registry"), mlflow.get_tracking_uri()
    with pytest.MonkeyPatch.context() as patch:
        empty_registry(folder, patch)
        features = Model.load(str(bundle / "model")).load_input_example(str(bundle / "model"))
        texts = [str(name) for name in features if isinstance(features[name].iloc[0], str)]
        known = features.head(1).assign(**dict.fromkeys(texts, "another"))
        other = features.rename(columns={features.columns[0]: "something_else"})
        versions.register(trained=fit("passthrough", features, 0.25))
        versions.register(trained=fit("passthrough", features, 0.75))
        versions.register(trained=fit(ColumnTransformer([("codes", OrdinalEncoder(), texts)]), known, 0.75))
        versions.register(trained=fit("passthrough", other, 0.5))
        export.export(NAME, "2", folder / "bundle" / "model")
        yield folder / "bundle"
        mlflow.set_tracking_uri(before)


def ask(server: Server, plan: Row) -> list[str]:
    """The same requests to each service; what it answers, word by word."""
    answers = []
    for number in range(ROWS):
        server.session.headers["Idempotency-Key"] = str(number)
        response = server.ask(plan, params={"probabilities": True})
        assert response.status_code == 200
        answers.append(response.text)
    del server.session.headers["Idempotency-Key"]
    return answers


def counted(server: Server) -> dict[str, float]:
    page = server.session.get(f"{server.url}/metrics").text
    (family,) = [one for one in text_string_to_metric_families(page) if one.name == "prediction_service_shadow_rows"]
    return {one.labels["result"]: one.value for one in family.samples if one.name.endswith("_total")}


def await_counts(server: Server, **expected: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while any(counted(server).get(name, 0) < count for name, count in expected.items()):
        assert time.monotonic() < deadline, (counted(server), server.log())
        time.sleep(0.05)


def await_log(server: Server, words: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while words not in str(server.log()):
        assert time.monotonic() < deadline, server.log()
        time.sleep(0.05)


def test_answers_are_the_same_with_a_challenger_whose_own_are_kept_apart(
    start: Start, registered: Path, tmp_path: Path, plan: Row
) -> None:
    alone, shadowed = start(), start(shadow=registered, PREDICTION_STORE_URL=f"sqlite:///{tmp_path}/shadowed.db")
    assert ask(alone, plan) == ask(shadowed, plan)
    await_counts(shadowed, stored=ROWS)
    assert counted(shadowed) == {"stored": ROWS, "skipped": 0}
    assert counted(alone) == {}
    assert "a challenger scores in shadow" in str(shadowed.log())
    with closing(PredictionStore(shadowed.store_url)) as store:
        table = store.read()
        assert set(table["version"]) == {"1"}
        assert set(table["shadow_version"]) == {"2"}
        assert table["shadow_output"].all()
        assert table["shadow_probabilities"].tolist() == [[0.25, 0.75]] * ROWS
        assert len(table) == len(store.times()) == ROWS
        first = table["prediction_id"].iloc[0]
        assert (store.get(first) or {})["version"] == "1"

        assert store.forget_subject("key", table["key"].iloc[0]) == ROWS
        assert shadows(store) == 0
        assert shadowed.ask(plan).status_code == 200
        await_counts(shadowed, stored=ROWS + 1)
        assert shadows(store) == 1
        assert store.forget_before(datetime.now(UTC) + timedelta(days=1)) == 1
        assert shadows(store) == 0
    (challenger,) = shadowed.process.children()
    challenger.suspend()
    shadowed.stop()
    assert not psutil.pid_exists(challenger.pid), "it ends with the service, even where it hangs"


def shadows(store: PredictionStore) -> int:
    with store._engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM shadow_predictions").scalar_one())


def test_a_challenger_that_hangs_or_dies_costs_nobody_anything(start: Start, registered: Path, plan: Row) -> None:
    server = start(shadow=registered, shadow_waiting_rows=3)
    assert server.ask(plan).status_code == 200
    await_counts(server, stored=1)
    (challenger,) = server.process.children()
    assert challenger.nice() == 19
    challenger.suspend()
    ask(server, plan)
    assert counted(server)["dropped"] >= ROWS - 4 - 1
    challenger.resume()
    await_counts(server, stored=2)
    challenger.kill()
    assert {server.ask(plan).status_code for _ in range(ROWS)} == {200}
    await_log(server, "the challenger's process has ended")
    assert server.ask(plan).status_code == 200
    assert server.session.get(f"{server.url}/ready").status_code == 200


def test_it_ends_where_the_service_is_killed(start: Start, registered: Path) -> None:
    server = start(shadow=registered)
    (challenger,) = server.process.children()
    server.stop(signal.SIGKILL)
    challenger.wait(PATIENCE)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PredictionStore]:
    url = f"sqlite:///{tmp_path}/shadow.db"
    monkeypatch.setenv("PREDICTION_STORE_URL", url)
    with closing(PredictionStore(url)) as opened:
        yield opened


def answered(store: PredictionStore, plan: Row, version: str = "1") -> list[Row]:
    """A prediction of the champion, as the challenger gets it."""
    known = dict.fromkeys(("request_id", "model", "run_id", "features_hash", "caller"), "x")
    copy = {"prediction_id": f"by-{version}", "version": version, "inputs": plan}
    store.add([{**known, **copy, "key": "one", "output": False, "time": datetime.now(UTC)}])
    return [copy]


@pytest.mark.parametrize(
    ("shadow", "told"),
    [
        ("3", "the challenger failed"),
        ("4", "was trained on other features than features.py computes"),
        ("99", "no version 99"),
        ("nobody", "has no nobody"),
    ],
)
@pytest.mark.usefixtures("registered")
def test_what_is_wrong_with_a_challenger_is_logged_once_without_what_callers_sent(
    store: PredictionStore, completed: Row, shadow: str, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    challenger = Challenger(Settings(model_name=NAME, shadow=shadow, poll_seconds=1e-9))
    copies = answered(store, completed)
    for _ in range(3):
        assert challenger.score(copies) == {"failed": 1}
    errors = [record for record in caplog.records if record.levelname == "ERROR"]
    (record,) = errors
    assert told in f"{record.message} {record.__dict__.get('problem')}"
    assert not [value for value in completed.values() if isinstance(value, str) and value in str(record.__dict__)]
    assert shadows(store) == 0


@pytest.fixture
def completed(server: Server, plan: Row) -> Row:
    """What is stored of a request: a row that is complete."""
    asked = server.ask(plan).json()["prediction_ids"]
    with closing(PredictionStore(server.store_url)) as known:
        return dict((known.get(asked[0]) or {})["inputs"])


@pytest.mark.usefixtures("registered")
def test_it_follows_its_alias_and_does_not_compare_a_version_with_itself(
    store: PredictionStore, completed: Row
) -> None:
    client = mlflow.MlflowClient()
    client.set_registered_model_alias(NAME, "next", "1")
    challenger = Challenger(Settings(model_name=NAME, shadow="next", poll_seconds=1e-9))
    copies = answered(store, completed)
    assert challenger.score(copies) == {"stored": 0, "skipped": 1}
    client.set_registered_model_alias(NAME, "next", "4")
    assert challenger.score(copies) == {"stored": 0, "skipped": 1}, "the one before goes on"
    client.set_registered_model_alias(NAME, "next", "2")
    assert challenger.score(copies) == {"stored": 1, "skipped": 0}
    store.forget_subject("key", "one")
    assert challenger.score(copies) == {"stored": 0, "skipped": 1}, "nothing is kept of what was deleted"
    assert shadows(store) == 0


def test_a_bundle_that_was_changed_is_not_loaded(
    store: PredictionStore, completed: Row, registered: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    good = Challenger(Settings(shadow=str(registered)))
    shutil.copytree(registered, tmp_path / "spoiled")
    with (tmp_path / "spoiled/model/MLmodel").open("a") as file:
        file.write("\n")
    bad = Challenger(Settings(shadow=str(tmp_path / "spoiled")))
    copies = answered(store, completed)
    assert bad.score(copies) == {"failed": 1}
    assert "is not what was exported as version 2" in str([record.__dict__ for record in caplog.records])
    assert good.score(copies) == {"stored": 1, "skipped": 0}
