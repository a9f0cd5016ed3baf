from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest
from kedro_modelops.errors import RefusedError
from kedro_modelops.models.estimators import TrainedModel
from kedro_modelops.registry import model_registry as registry
from kedro_modelops.registry.comparison import differences
from kedro_modelops.registry.origins import differing
from kedro_modelops.testing.project import git
from mlflow import MlflowClient
from mlflow.entities import Run
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder
from versions import NAME, empty_registry, register

ROWS = pd.DataFrame({"id": ["a", "b", "c"], "score": [0.1, 0.2, None]})


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty_registry(tmp_path, monkeypatch)


def run(rows: pd.DataFrame | None = ROWS, leaf: int = 20, metric: float = 0.7, platform: str = "Linux") -> Run:
    with mlflow.start_run(tags={"lineage.environment.platform": platform}) as started:
        mlflow.log_param("leaf", leaf)
        mlflow.log_dict({"test_roc_auc": metric}, "metrics.json")
        if rows is not None:
            rows.to_parquet("test_predictions.parquet")
            mlflow.log_artifact("test_predictions.parquet")
    return MlflowClient().get_run(started.info.run_id)


def compare(original: Run, rebuilt: Run) -> tuple[list[str], list[str]]:
    """Differences, and what was said beside."""
    Path("scratch").mkdir()
    said: list[str] = []
    return list(differences(original, rebuilt, Path("scratch"), said.append)), said


def test_equal_runs_have_no_differences() -> None:
    assert compare(run(), run()) == ([], [])


def test_another_platform_with_the_same_results_is_only_mentioned() -> None:
    said = "Without consequence: lineage environment.platform: Linux then, macOS now"
    assert compare(run(), run(platform="macOS")) == ([], [said])


def test_every_kind_of_difference_is_told() -> None:
    rows = ROWS.assign(score=[0.1, 0.2000000001, None])
    found, said = compare(run(), run(rows, leaf=30, metric=0.7000000001, platform="macOS"))
    assert found == [
        "parameter leaf: 20 then, 30 now",
        "metric test_roc_auc: 0.7 then, 0.7000000001 now",
        "predictions: 1 of 3 rows differ, in score",
        "lineage environment.platform: Linux then, macOS now",
    ]
    assert said == []


def test_other_rows_are_counted() -> None:
    found, _ = compare(run(), run(ROWS.head(2)))
    assert found == ["predictions: 3 rows, 2 columns then, 2, 2 now"]


def test_a_run_without_predictions_cannot_be_compared() -> None:
    with pytest.raises(RefusedError, match=r"has no metrics\.json or test_predictions\.parquet"):
        compare(run(rows=None), run())


def commit(project: Path, lock: str, code: str) -> str:
    for name, content in (("requirements/train.txt", lock), ("src/features.py", code), ("dvc.lock", code)):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(content)
    git(project, "add", "requirements", "src", "dvc.lock")
    git(project, "commit", "--quiet", "--allow-empty", "--message", code)
    return git(project, "rev-parse", "HEAD")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "--quiet")
    return folder


def made_of(project: Path, first: str, second: str) -> dict[str, list[tuple[str, str, str]]]:
    return dict(differing(project, registry.find(NAME, first), registry.find(NAME, second)))


def fit_on_other_features() -> TrainedModel:
    features = pd.DataFrame({"a": np.arange(8, dtype="float32"), "c": ["x", "y"] * 4})
    estimator = make_pipeline(OrdinalEncoder(), LogisticRegression()).fit(features, features["a"] > 3)
    return TrainedModel(estimator, features.head(2))


def test_versions_of_other_features_code_data_and_packages_say_so(project: Path) -> None:
    pinned = "mlflow==3.17.2 \\\n    --hash=sha256:1\nscikit-learn[extra]=={} \\\n    --hash=sha256:2\n"
    before = commit(project, pinned.format("1.8.0"), "one\n")
    first = register(**{"git.commit": before, "environment.lock": "l1", "data.rows": "d1"})
    after = commit(project, pinned.format("1.9.1"), "one\ntwo\n")
    changed = {"git.commit": after, "git.clean": "false", "environment.lock": "l2", "data.rows": "d2", "data.more": "m"}
    found = made_of(project, first, register(trained=fit_on_other_features(), **changed))
    assert found["Features that differ"] == [("a", "double", "float"), ("b", "double", ""), ("c", "", "string")]
    assert found["Code that differs"] == [
        ("commit", before[:10], f"{after[:10]} and changes that no commit holds"),
        ("src/features.py", "0 lines less", "1 lines more"),
    ]
    assert found["Data that differs"] == [("more", "", "m"), ("rows", "d1", "d2")]
    assert found["Packages that differ"] == [("scikit-learn", "1.8.0", "1.9.1")]


def test_versions_of_the_same_differ_in_nothing(project: Path) -> None:
    known = {"git.commit": commit(project, "mlflow==3.17.2\n", "one\n")}
    found = made_of(project, register(**known), register(**known))
    assert {title: rows for title, rows in found.items() if rows and title != "Lineage that differs"} == {}


def test_what_is_not_to_be_had_is_told_in_its_place(project: Path) -> None:
    here = commit(project, "mlflow==3.17.2\n", "one\n")
    elsewhere = {"git.commit": "f" * 40, "environment.lock": "other"}
    found = made_of(project, register(**{"git.commit": here}), register(**elsewhere))
    assert found["Code that differs"][1][2] == "not to be had: a commit is not in this repository (git fetch --all)"
    assert found["Packages that differ"] == [("requirements/train.txt", "known", "other")]
