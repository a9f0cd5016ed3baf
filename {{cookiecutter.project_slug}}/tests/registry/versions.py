"""A registry with versions that have everything, made in seconds and without a pipeline."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from {{cookiecutter.package_name}}.estimators import TrainedModel
from {{cookiecutter.package_name}}.mlops import registry
from {{cookiecutter.package_name}}.mlops.datasets import ModelDataset
from {{cookiecutter.package_name}}.mlops.lineage import REQUIRED

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
    return register


def register(verdicts: dict[str, str] | None = None, **lineage: str | None) -> str:
    """Registers a version; the arguments replace verdicts of gates and pieces of its lineage (None removes one)."""
    pieces = {name: value for name, value in (LINEAGE | lineage).items() if value is not None}
    with mlflow.start_run(tags={f"{registry.LINEAGE}{name}": value for name, value in pieces.items()}) as run:
        judged = {"verdict": "passed", "gates": {"floor": "passed"} | (verdicts or {}), "run": run.info.run_id}
        fit_and_save(Path("model"))
        mlflow.log_dict(judged, "passed_gates.json")
        mlflow.log_text("# Model card", "model_card.md")
    description = {"metrics": {"test_accuracy": 1.0}, "gates": judged, "card": "# Model card"}
    return str(registry.register_challenger(NAME, Path("model"), description)["version"])


def fit_and_save(folder: Path) -> None:
    """Logs a small model to the open run."""
    features = pd.DataFrame({"a": np.arange(8.0), "b": np.tile([0.0, 1.0], 4)})
    estimator = make_pipeline(StandardScaler(), LogisticRegression()).fit(features, features["a"] > 3)
    Path("requirements.txt").write_text("scikit-learn\n")
    ModelDataset(str(folder), [], "requirements.txt").save(TrainedModel(estimator, features.head(2)))


def state() -> Any:
    """All that must not change when something is refused."""
    return registry.aliases(NAME), [version.tags for version in registry.versions(NAME)]
