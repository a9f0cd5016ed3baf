from pathlib import Path

import mlflow
import pandas as pd
import pytest
from mlflow import MlflowClient
from mlflow.entities import Run
from versions import empty_registry

from {{cookiecutter.package_name}}.errors import RefusedError
from {{cookiecutter.package_name}}.mlops.comparison import differences

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
