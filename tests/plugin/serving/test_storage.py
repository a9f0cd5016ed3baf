"""Nothing is answered that others do not find in the store, and what one caller sends does not harm the others."""

import asyncio
import contextlib
import logging
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro_modelops.errors import RefusedError
from kedro_modelops.predictions.prediction_store import PredictionStore
from kedro_modelops.serving.observing import Metrics
from kedro_modelops.serving.requests.broken_rules import BrokenContractError
from kedro_modelops.serving.scoring import steps
from kedro_modelops.serving.scoring import storage as storing
from kedro_modelops.serving.scoring.batching import Job
from kedro_modelops.serving.scoring.models import ServedModel
from kedro_modelops.serving.scoring.references import Reference
from kedro_modelops.serving.scoring.scorer import Scorer
from kedro_modelops.serving.scoring.storage import Storage, StoreError
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

KEY = "key"
"""The only column of rows here: it is the key of the row too."""


@pytest.fixture
def store(store_url: str) -> Iterator[PredictionStore]:
    with contextlib.closing(PredictionStore(store_url)) as opened:
        yield opened


class Contract:
    """Lets everything through."""

    def table(self, rows: list[dict[str, Any]]) -> pd.DataFrame:
        return pd.DataFrame({KEY: pd.Series([row[KEY] for row in rows], dtype=object)})

    def broken_rules(self, _: pd.DataFrame) -> list[Any]:
        return []


def describe(table: pd.DataFrame, _: Any, model: Any, __: Any) -> dict[str, list[Any]]:
    count = len(table)
    told = {"model": model.name, "version": model.version, "run_id": "r", "features_hash": "h"}
    columns: dict[str, list[Any]] = {name: [value] * count for name, value in told.items()}
    answers = {"output": [True] * count, "probabilities": np.full((count, 2), 0.5).tolist()}
    return {KEY: table[KEY].tolist(), "inputs": ["{}"] * count} | columns | answers


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Scorer]:
    """Makes scorers, as several processes of a service would have them."""
    monkeypatch.setattr(steps, "score_rows", describe)

    def begin(store: Any, version: str = "1") -> Scorer:
        model = SimpleNamespace(name="model", version=version, run_id="r", classes=[False, True], score=None)
        slot: Any = SimpleNamespace(current=model, reference=Reference())
        contract: Any = Contract()
        return Scorer(slot, contract, Storage(store), Metrics())

    return begin


def job(*keys: Any, caller: str = "caller", **more: Any) -> Job:
    return Job([{KEY: key} for key in keys], "request", caller, time.monotonic(), **more)


def stored(store: PredictionStore, *jobs: Job) -> list[bool]:
    return [all(store.get(f"{one.uid}-{row}") for row in range(len(one.rows))) for one in jobs]


def test_what_cannot_be_stored_of_one_caller_does_not_harm_the_others(
    make: Callable[..., Scorer], store: PredictionStore, store_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    person = "jane.doe@example.com"
    honest, other, long, nul = job("a"), job("b", "c"), job("d", caller=person * 11), job(f"{person}\0")
    make(store).work([honest, long, other, nul])
    assert honest.answer
    assert other.answer
    assert stored(store, honest, other) == [True, True]
    if store_url.startswith("postgresql"):
        assert long.error
        assert nul.error
        assert not isinstance(long.error, StoreError)
        problems = [record.__dict__["problem"] for record in caplog.records if record.name == Scorer.__module__]
        assert [problem.partition(":")[0] for problem in problems] == ["StringDataRightTruncation", "DataError"]
        assert person not in str(problems)


@pytest.mark.parametrize("key", ["x" * 201, None, float("nan")])
def test_a_key_that_cannot_be_kept_is_told_with_its_row(
    make: Callable[..., Scorer], store: PredictionStore, key: Any
) -> None:
    honest, broken = job("x" * 200), job("a", key, "b")
    make(store).work([broken, honest])
    assert isinstance(broken.error, BrokenContractError)
    assert [rule["row"] for rule in broken.error.rules] == [1]
    assert broken.error.good_rows == [0, 2]
    assert honest.answer
    assert stored(store, honest, broken) == [True, False]


def test_when_the_store_takes_nothing_nobody_is_answered(
    make: Callable[..., Scorer], caplog: pytest.LogCaptureFixture
) -> None:
    def add(*_: Any) -> None:
        raise OperationalError("INSERT", {"caller": "secret"}, OSError("the disk is full\nsecret"))

    jobs = [job("a"), job("b")]
    scorer = make(SimpleNamespace(add=add))
    for _ in range(3):
        for one in jobs:
            one.error = None
        scorer.work(jobs)
        assert all(isinstance(one.error, StoreError) for one in jobs)
        assert [one.answer for one in jobs] == [None, None]
    assert [record.__dict__["problem"] for record in caplog.records] == ["OSError: the disk is full"]


def test_a_request_that_comes_again_is_answered_as_before(make: Callable[..., Scorer], store: PredictionStore) -> None:
    def retry(uid: str = "a" * 32, body: str = "b") -> Job:
        return job("x", "y", uid=uid, body=body)

    first, twin, between, again, changed = retry(), retry(), job("z"), retry(), retry(body="c")
    make(store).work([first, between, twin])
    make(store, version="2").work([again])
    make(store, version="2").work([changed, other := retry(uid="d" * 32)])
    answers = [[prediction["prediction_id"] for prediction in one.answer[1]] for one in (first, twin, again)]
    assert answers == [[f"{first.uid}-0", f"{first.uid}-1"]] * 3
    assert [(one.answer[0].version, one.answer[0].classes) for one in (twin, again)] == [("1", [False, True])] * 2
    assert isinstance(changed.error, BrokenContractError)
    assert other.answer[0].version == "2"
    assert len(store.read().query("key == 'x' and prediction_id.str.startswith('aaaa')")) == 1
    store.forget_subject("key", "y")
    make(store).work([deleted := retry()])
    assert "deleted" in str(deleted.error)


def test_a_model_whose_name_cannot_be_stored_is_not_served() -> None:
    loaded: Any = (SimpleNamespace(name="x" * 201, version="1", run_id="r"), None, "3")
    with pytest.raises(RefusedError, match="at most 200 characters; this model has 201"):
        ServedModel(loaded)


def is_writable(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(storing, "FRESH", -1.0)
    return asyncio.run(storage.is_writable())


def test_it_is_known_whether_something_can_be_written(
    store: PredictionStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    storage, before = Storage(store), len(store.read())
    assert is_writable(storage, monkeypatch)
    with store._engine.begin() as connection:
        connection.execute(text("ALTER TABLE predictions RENAME TO elsewhere"))
    assert not is_writable(storage, monkeypatch)
    assert not is_writable(storage, monkeypatch)
    with store._engine.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO predictions"))
    assert is_writable(storage, monkeypatch)
    assert [record.levelname for record in caplog.records] == ["ERROR", "INFO"]
    assert len(store.read()) == before


def move(path: Path) -> None:
    path.rename(path.with_suffix(".old"))


def delete(path: Path) -> None:
    path.unlink()


def replace(path: Path) -> None:
    shutil.copy(path, path.with_suffix(".copy"))
    path.with_suffix(".copy").replace(path)


def truncate(path: Path) -> None:
    path.write_bytes(b"")


def delete_journal(path: Path) -> None:
    Path(f"{path}-wal").unlink()


def move_folder(path: Path) -> None:
    path.parent.rename(path.parent.with_name("moved"))
    path.parent.mkdir()


def put_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("harm", [move, delete, replace, truncate, delete_journal, move_folder, put_a_folder])
def test_a_file_that_is_no_longer_there_is_noticed(
    make: Callable[..., Scorer],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    harm: Callable[[Path], None],
) -> None:
    path = tmp_path / "folder" / "predictions.db"
    path.parent.mkdir()
    url = f"sqlite:///{path}"
    with contextlib.closing(PredictionStore(url)) as store:
        scorer = make(store)
        scorer.work([job("a")])
        harm(path)
        answered = []
        for number in range(5):
            scorer.work([one := job(str(number))])
            answered += [one] if one.answer else []
        if harm not in (replace, truncate, delete_journal):  # of which nothing is lost
            assert answered == []
            assert not is_writable(scorer._storage, monkeypatch)
            if path.is_dir():
                path.rmdir()
            path.unlink(missing_ok=True)
            PredictionStore(url).close()
        scorer.work([last := job("last")])
        assert last.answer
        assert is_writable(scorer._storage, monkeypatch)
        with contextlib.closing(PredictionStore(url)) as found:
            assert all(stored(found, *answered, last))


def test_a_file_that_moves_while_it_is_written_is_noticed(tmp_path: Path, make: Callable[..., Scorer]) -> None:
    path = tmp_path / "predictions.db"
    with contextlib.closing(PredictionStore(f"sqlite:///{path}")) as store:
        event.listen(store._engine, "commit", lambda _: move(path))
        make(store).work([one := job("b")])
        assert isinstance(one.error, StoreError)
        assert one.answer is None
