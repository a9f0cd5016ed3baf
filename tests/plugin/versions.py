"""A registry with versions that have everything, made in seconds and without a pipeline."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import pytest
from kedro_modelops.models.datasets import ModelDataset
from kedro_modelops.models.estimators import TrainedModel
from kedro_modelops.registry import model_registry as registry
from kedro_modelops.registry import seals
from kedro_modelops.registry.ledger import entries as ledger
from kedro_modelops.registry.registration import register_challenger
from kedro_modelops.testing.project import git
from kedro_modelops.tracking.lineage import REQUIRED
from mlflow import MlflowClient
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

NAME = "model"
LINEAGE = dict.fromkeys(REQUIRED, "known") | {"data.rows": "5d41402a", "git.clean": "true", "data.clean": "true"}

Register = Callable[..., str]


def empty_registry(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Register:
    """Runs the test in a folder with an MLflow store of its own, and registers versions there."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "")  # MLflow writes its address there; this is undone after the test
    blank = folder.parent / "blank.db"
    if not blank.exists():  # making its tables takes MLflow longer than a test
        mlflow.set_tracking_uri(f"sqlite:///{blank}")
        mlflow.search_experiments()
    shutil.copy(blank, folder / "mlflow.db")
    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    mlflow.set_experiment(experiment_id=mlflow.create_experiment("trials", (folder / "artifacts").as_uri()))
    git(folder, "init", "--quiet")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "Start")
    LINEAGE["git.commit"] = git(folder, "rev-parse", "HEAD")
    return register


def register(verdicts: dict[str, str] | None = None, trained: TrainedModel | None = None, **lineage: str | None) -> str:
    """Registers a version; the arguments replace verdicts of gates and pieces of its lineage (None removes one)."""
    pieces = {name: value for name, value in (LINEAGE | lineage).items() if value is not None}
    with mlflow.start_run(tags={f"{registry.LINEAGE}{name}": value for name, value in pieces.items()}) as run:
        judged = {"verdict": "passed", "gates": {"floor": "passed"} | (verdicts or {}), "run": run.info.run_id}
        save(Path("model"), trained or fit())
        mlflow.log_dict(judged, "passed_gates.json")
        mlflow.log_dict({"rows": []}, registry.GOLDEN)
        mlflow.log_text("# Model card", "model_card.md")
    description = {"metrics": {"test_accuracy": 1.0}, "gates": judged, "card": "# Model card"}
    return str(register_challenger(NAME, Path("model"), description)["version"])


def copies(count: int) -> list[str]:
    """Registers a version and versions that are the same, which is quicker than trainings."""
    first, client = register(), MlflowClient()
    known = registry.find(NAME, first)
    more = [
        client.create_model_version(NAME, known.source, known.run_id, known.tags, model_id=known.model_id)
        for _ in range(count - 1)
    ]
    for version in more:
        with ledger.entry(NAME, seals.registration(version)):
            client.set_registered_model_alias(NAME, registry.CHALLENGER, version.version)
    return [first, *(str(version.version) for version in more)]


def fit() -> TrainedModel:
    """A small model."""
    features = pd.DataFrame({"a": np.arange(8.0), "b": np.tile([0.0, 1.0], 4)})
    estimator = make_pipeline(StandardScaler(), LogisticRegression()).fit(features, features["a"] > 3)
    return TrainedModel(estimator, features.head(2))


def save(folder: Path, trained: TrainedModel) -> None:
    """Logs a model to the open run."""
    Path("requirements.txt").write_text("scikit-learn\n")
    ModelDataset(str(folder), [], "requirements.txt").save(trained)


def state() -> Any:
    """All that must not change when something is refused."""
    return registry.aliases(NAME), [version.tags for version in registry.versions(NAME)]
