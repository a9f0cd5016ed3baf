import json
from pathlib import Path

import mlflow
import pytest
from conftest import Kedro, git
from mlflow.entities import Run, RunStatus


@pytest.fixture
def client(trained: Path, monkeypatch: pytest.MonkeyPatch) -> mlflow.MlflowClient:
    monkeypatch.chdir(trained)
    mlflow.set_tracking_uri("sqlite:///mlflow.db")
    return mlflow.MlflowClient()


def runs(client: mlflow.MlflowClient) -> list[Run]:
    experiments = [found.experiment_id for found in client.search_experiments() if not found.name.endswith("-ledger")]
    return client.search_runs(experiments, order_by=["attributes.start_time"])


def attempts(client: mlflow.MlflowClient) -> list[Run]:
    return [run for run in runs(client) if "mlflow.parentRunId" not in run.data.tags]


def test_one_attempt_is_one_run_with_its_candidates_below_it(client: mlflow.MlflowClient, trained: Path) -> None:
    (attempt,) = attempts(client)
    candidates = [run for run in runs(client) if run.data.tags.get("mlflow.parentRunId") == attempt.info.run_id]
    assert attempt.info.status == RunStatus.to_string(RunStatus.FINISHED)
    assert {run.data.params["candidate"] for run in candidates} == {
        "logistic_regression",
        "decision_tree",
        "gradient_boosting",
    }
    assert all(0 < run.data.metrics["cv_score"] <= 1 for run in candidates)


def test_the_run_holds_parameters_metrics_data_and_report(client: mlflow.MlflowClient, trained: Path) -> None:
    (attempt,) = attempts(client)
    metrics = json.loads((trained / "data/08_reporting/metrics.json").read_text())
    assert attempt.data.params["split.train.first"] == "2013-01"
    assert attempt.data.params["training.candidates.gradient_boosting.space.max_leaf_nodes"] == "[4]"
    assert metrics.items() <= attempt.data.metrics.items()
    inputs = {found.dataset.name: found.dataset.digest for found in attempt.inputs.dataset_inputs}
    assert inputs == {
        name.removeprefix("lineage.data."): value
        for name, value in attempt.data.tags.items()
        if name.startswith("lineage.data.data/")
    }
    assert inputs["data/01_raw/flights"] in (trained / "data/01_raw/flights.dvc").read_text()
    assert "report.html" in [found.path for found in client.list_artifacts(attempt.info.run_id)]


def test_the_version_is_the_challenger_and_knows_where_it_came_from(client: mlflow.MlflowClient, trained: Path) -> None:
    note = json.loads((trained / "data/06_models/registered_version.json").read_text())
    version = client.get_model_version_by_alias(note["name"], "challenger")
    (attempt,) = attempts(client)
    assert (int(version.version), version.run_id) == (note["version"], attempt.info.run_id)
    assert version.tags["lineage.git.commit"] == git(trained, "rev-parse", "HEAD")
    assert version.tags["lineage.git.clean"] == "true"


def test_the_registered_model_is_skops_with_signature_and_example(client: mlflow.MlflowClient, trained: Path) -> None:
    note = json.loads((trained / "data/06_models/registered_version.json").read_text())
    model = mlflow.models.Model.load(f"models:/{note['name']}/{note['version']}")
    assert model.flavors["sklearn"]["serialization_format"] == "skops"
    assert "flight_id" not in model.signature.inputs.input_names()
    assert len(model.load_input_example()) == 5


def test_the_report_needs_nothing_but_itself(trained: Path) -> None:
    report = (trained / "data/08_reporting/report.html").read_text()
    assert "<script" not in report
    assert "http://" not in report.replace("http://www.w3.org", "").replace("http://purl.org", "").replace(
        "http://creativecommons.org", ""
    )
    for shown in ("ROC", "Precision and recall", "Calibration", "Confusion", "Importance", "origin = JFK"):
        assert shown in report


def test_a_changed_threshold_judges_the_same_run_again(project: Path, kedro: Kedro) -> None:
    assert kedro("run", "--env", "ci").exit_code == 0
    again = kedro("run", "--env", "ci", "--pipelines=evaluation", "--params=evaluation.slices.min_samples=30")
    assert again.exit_code == 0, again.output
    (attempt,) = attempts(mlflow.MlflowClient())
    assert attempt.data.tags["changed.evaluation.slices.min_samples"] == "30"


def test_a_server_that_does_not_answer_is_named(project: Path, kedro: Kedro, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    result = kedro("run", "--env", "ci")
    assert result.exit_code == 1
    assert "MLflow at http://127.0.0.1:9 does not answer" in result.output
    assert not (project / "data/04_feature").exists()


def test_an_unknown_pipeline_is_named(project: Path, kedro: Kedro) -> None:
    result = kedro("run", "--pipelines=trainign")
    assert result.exit_code == 1
    assert "there is no pipeline 'trainign'" in result.output
