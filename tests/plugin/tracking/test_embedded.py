"""The embedded store is opened by one process at a time, and follows the project's folder."""

import logging
import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import mlflow
import pytest
from kedro_modelops.errors import RefusedError
from kedro_modelops.tracking.embedded_store import wait_until_free
from kedro_modelops.tracking.runs import connect
from sklearn.dummy import DummyClassifier

SETTINGS = {"tracking_uri": "sqlite:///mlflow.db", "artifact_root": "mlartifacts", "experiment": "experiment"}
AWKWARD = '50% off #1; it\'s "x" ü&a=b'


@pytest.fixture
def folder(pristine: Path, tmp_path: Path) -> Path:
    """A project with an artifact of a run, and with one of a registered version."""
    (tmp_path / AWKWARD).mkdir()
    shutil.copy(pristine / "mlflow.db", tmp_path / AWKWARD)
    connect(SETTINGS, tmp_path / AWKWARD)
    with mlflow.start_run():
        mlflow.log_text("hello", "note.txt")
        model = DummyClassifier().fit([[0]], [0])
        logged = mlflow.sklearn.log_model(
            model, name="model", serialization_format="skops", pip_requirements=["scikit-learn"]
        )
    mlflow.register_model(logged.model_uri, "name")
    mlflow.create_experiment("elsewhere", artifact_location="s3://bucket/here")
    return tmp_path / AWKWARD


def places(folder: Path) -> set[str]:
    with closing(sqlite3.connect(folder / "mlflow.db")) as connection:
        queries = ["SELECT artifact_location FROM experiments", "SELECT artifact_uri FROM runs"]
        queries += ["SELECT artifact_location FROM logged_models", "SELECT storage_location FROM model_versions"]
        return {row[0] for query in queries for row in connection.execute(query)}


@pytest.mark.parametrize("move", [shutil.move, shutil.copytree])
def test_artifacts_are_found_after_a_move(folder: Path, move: Any, caplog: pytest.LogCaptureFixture) -> None:
    there = folder.parent / "100% other"
    move(folder, there)
    with caplog.at_level(logging.WARNING):
        connect(SETTINGS, there)
    assert "The project was at " in caplog.text
    assert [place for place in places(there) if folder.as_uri() in place or str(folder) in place] == []
    assert "s3://bucket/here" in places(there)
    shutil.rmtree(folder, ignore_errors=True)
    (run,) = mlflow.search_runs(experiment_names=["experiment"], output_format="list")
    assert mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/note.txt") == "hello"
    assert Path(mlflow.artifacts.download_artifacts("models:/name/1")).is_relative_to(there)
    caplog.clear()
    connect(SETTINGS, there)
    assert caplog.text == ""


def test_a_store_that_was_chosen_outside_the_project_is_left_alone(folder: Path, monkeypatch: Any) -> None:
    before = places(folder)
    other = folder.parent / "other"
    (other / "mlartifacts").mkdir(parents=True)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder}/mlflow.db")
    connect(SETTINGS, other)
    assert places(folder) == before


def test_artifacts_that_have_a_place_of_their_own_by_setting_stay(folder: Path) -> None:
    before = places(folder)
    (folder / "elsewhere").mkdir()
    connect(SETTINGS | {"artifact_root": "elsewhere"}, folder)
    assert places(folder) == before


def test_a_path_with_a_question_mark_is_refused(tmp_path: Path) -> None:
    (tmp_path / "what?").mkdir()
    with pytest.raises(RefusedError, match="rename the folder"):
        connect(SETTINGS, tmp_path / "what?")
    assert [path.name for path in tmp_path.rglob("*")] == ["what?"]


def test_packages_in_a_folder_with_a_percent_sign_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mlflow, "__file__", str(tmp_path / "50% off" / "mlflow" / "__init__.py"))
    with pytest.raises(RefusedError, match="a folder with a % in its name: rename it and set up again"):
        connect(SETTINGS, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_locked_database_is_waited_for_and_then_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    database = tmp_path / "mlflow.db"
    with closing(sqlite3.connect(database, isolation_level=None, check_same_thread=False)) as connection:
        connection.execute("CREATE TABLE experiments (name)")
        connection.execute("BEGIN EXCLUSIVE")
        with pytest.raises(RefusedError, match="is locked by another process: end it, and run again"):
            wait_until_free(database, patience=0.3)
        assert "waiting for up to" in caplog.text
        timer = threading.Timer(0.5, connection.rollback)
        timer.start()
        wait_until_free(database)
        timer.join()


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_text("<<<<<<< HEAD" * 100)
    with pytest.raises(RefusedError, match="cannot be read: file is not a database"):
        connect(SETTINGS, tmp_path)
