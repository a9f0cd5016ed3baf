import json
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pytest
from conftest import Kedro, connect, git
from mlflow.entities import Run, RunStatus
from sklearn.base import is_classifier

FIGURES = {
    True: {"ROC", "Precision and recall", "Calibration", "Confusion"},
    False: {"Actual and predicted", "Residuals"},
}
"""Titles in the report, by whether the model is a classifier."""


@pytest.fixture
def client(trained: Path) -> mlflow.MlflowClient:
    return connect(trained)


def runs(client: mlflow.MlflowClient) -> list[Run]:
    experiments = [found.experiment_id for found in client.search_experiments() if not found.name.endswith("-ledger")]
    return client.search_runs(experiments, order_by=["attributes.start_time"])


def attempts(client: mlflow.MlflowClient) -> list[Run]:
    return [run for run in runs(client) if "mlflow.parentRunId" not in run.data.tags]


def test_one_attempt_is_one_run_with_its_candidates_below_it(
    client: mlflow.MlflowClient, parameters: dict[str, Any]
) -> None:
    (attempt,) = attempts(client)
    candidates = [run for run in runs(client) if run.data.tags.get("mlflow.parentRunId") == attempt.info.run_id]
    assert attempt.info.status == RunStatus.to_string(RunStatus.FINISHED)
    assert {run.data.params["candidate"] for run in candidates} == set(parameters["training"]["candidates"])
    assert np.isfinite([run.data.metrics["cv_score"] for run in candidates]).all()


def test_the_run_holds_parameters_metrics_data_and_report(
    client: mlflow.MlflowClient, trained: Path, parameters: dict[str, Any]
) -> None:
    (attempt,) = attempts(client)
    metrics = json.loads((trained / "data/08_reporting/metrics.json").read_text())
    assert attempt.data.params["problem.target"] == parameters["problem"]["target"]
    assert attempt.data.params["evaluation.importance.repeats"] == str(
        parameters["evaluation"]["importance"]["repeats"]
    )
    assert metrics.items() <= attempt.data.metrics.items()
    inputs = {found.dataset.name: found.dataset.digest for found in attempt.inputs.dataset_inputs}
    assert inputs == {
        name.removeprefix("lineage.data."): value
        for name, value in attempt.data.tags.items()
        if name.startswith("lineage.data.data/")
    }
    assert inputs
    assert all(digest in (trained / f"{path}.dvc").read_text() for path, digest in inputs.items())
    assert "report.html" in [found.path for found in client.list_artifacts(attempt.info.run_id)]


def test_the_version_is_the_challenger_and_knows_where_it_came_from(client: mlflow.MlflowClient, trained: Path) -> None:
    note = json.loads((trained / "data/06_models/registered_version.json").read_text())
    version = client.get_model_version_by_alias(note["name"], "challenger")
    (attempt,) = attempts(client)
    assert (int(version.version), version.run_id) == (note["version"], attempt.info.run_id)
    assert version.tags["lineage.git.commit"] == git(trained, "rev-parse", "HEAD")
    assert version.tags["lineage.git.clean"] == "true"


@pytest.mark.usefixtures("client")
def test_the_registered_model_is_skops_with_signature_and_example(trained: Path, parameters: dict[str, Any]) -> None:
    note = json.loads((trained / "data/06_models/registered_version.json").read_text())
    model = mlflow.models.Model.load(f"models:/{note['name']}/{note['version']}")
    assert model.flavors["sklearn"]["serialization_format"] == "skops"
    assert not {parameters["problem"][role] for role in ("key", "target")} & set(model.signature.inputs.input_names())
    assert len(model.load_input_example()) == 5


def test_the_report_needs_nothing_but_itself(trained: Path, parameters: dict[str, Any]) -> None:
    report = (trained / "data/08_reporting/report.html").read_text()
    assert "<script" not in report
    assert "http://" not in report.replace("http://www.w3.org", "").replace("http://purl.org", "").replace(
        "http://creativecommons.org", ""
    )
    kind = is_classifier(mlflow.sklearn.load_model(str(trained / "data/06_models/model")))
    shown = {title for titles in FIGURES.values() for title in titles if f"<figcaption>{title}<" in report}
    assert shown == FIGURES[kind]
    assert "<figcaption>Importance of the features<" in report
    assert all(f"<td>{column} = " in report for column in parameters["evaluation"]["slices"]["columns"])


def test_a_changed_threshold_judges_the_same_run_again(project: Path, kedro: Kedro, parameters: dict[str, Any]) -> None:
    assert kedro("run", "--env", "ci").exit_code == 0
    other = parameters["evaluation"]["slices"]["min_samples"] + 1
    again = kedro("run", "--env", "ci", "--pipelines=evaluation", f"--params=evaluation.slices.min_samples={other}")
    assert again.exit_code == 0, again.output
    (attempt,) = attempts(connect(project))
    assert attempt.data.tags["changed.evaluation.slices.min_samples"] == str(other)
