"""One run of the training attempt on `conf/ci`: tracked, judged, reported and registered."""

from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pytest
from mlflow.entities import Run, RunStatus
from sklearn.base import is_classifier

from kedro_modelops.testing.commands import connect, git
from kedro_modelops.testing.project import Load

FIGURES = {
    True: {"ROC", "Precision and recall", "Calibration", "Confusion"},
    False: {"Actual and predicted", "Residuals"},
}
"""Titles in the report, by whether the model is a classifier."""
VOCABULARIES = ("http://www.w3.org", "http://purl.org", "http://creativecommons.org")
"""Addresses in drawings that nothing is fetched from."""


def tracked(client: mlflow.MlflowClient) -> list[Run]:
    """Runs in the order in which they began, without those of the ledger."""
    experiments = [found.experiment_id for found in client.search_experiments() if not found.name.endswith("-ledger")]
    return list(client.search_runs(experiments, order_by=["attributes.start_time"]))


def attempts(client: mlflow.MlflowClient) -> list[Run]:
    """The same without those of single candidates."""
    return [run for run in tracked(client) if "mlflow.parentRunId" not in run.data.tags]


class RunTests:
    """What one `kedro run --env ci` leaves."""

    @pytest.fixture
    def client(self, trained: Path) -> mlflow.MlflowClient:
        """MLflow's store of the trained project."""
        return connect(trained)

    @pytest.fixture
    def attempt(self, client: mlflow.MlflowClient) -> Run:
        """One attempt is one run."""
        (attempt,) = attempts(client)
        return attempt

    @pytest.fixture
    def candidates(self, client: mlflow.MlflowClient, attempt: Run) -> list[Run]:
        """The runs below it."""
        return [run for run in tracked(client) if run.data.tags.get("mlflow.parentRunId") == attempt.info.run_id]

    def test_one_attempt_is_one_run_with_its_candidates_below_it(
        self, attempt: Run, candidates: list[Run], parameters: dict[str, Any]
    ) -> None:
        """Each with its score."""
        assert attempt.info.status == RunStatus.to_string(RunStatus.FINISHED)
        assert {run.data.params["candidate"] for run in candidates} == set(parameters["training"]["candidates"])
        assert np.isfinite([run.data.metrics["cv_score"] for run in candidates]).all()

    def test_the_run_holds_parameters_metrics_data_and_report(
        self, client: mlflow.MlflowClient, attempt: Run, trained: Path, load: Load, parameters: dict[str, Any]
    ) -> None:
        """What is needed to judge it, and to repeat it."""
        repeats = parameters["evaluation"]["importance"]["repeats"]
        assert attempt.data.params["problem.target"] == parameters["problem"]["target"]
        assert attempt.data.params["evaluation.importance.repeats"] == str(repeats)
        assert load("metrics").items() <= attempt.data.metrics.items()
        assert attempt.inputs
        inputs = {found.dataset.name: found.dataset.digest for found in attempt.inputs.dataset_inputs}
        tags = attempt.data.tags.items()
        lineage = {
            name.removeprefix("lineage.data."): value for name, value in tags if name.startswith("lineage.data.data/")
        }
        assert inputs == lineage
        assert inputs
        assert all(digest in (trained / f"{path}.dvc").read_text() for path, digest in inputs.items())
        assert "report.html" in [found.path for found in client.list_artifacts(attempt.info.run_id)]

    def test_the_version_is_the_challenger_and_knows_where_it_came_from(
        self, client: mlflow.MlflowClient, attempt: Run, trained: Path, load: Load
    ) -> None:
        """Run and commit."""
        note = load("registered_version")
        version = client.get_model_version_by_alias(note["name"], "challenger")
        assert (int(version.version), version.run_id) == (note["version"], attempt.info.run_id)
        assert version.tags["lineage.git.commit"] == git(trained, "rev-parse", "HEAD")
        assert version.tags["lineage.git.clean"] == "true"

    @pytest.mark.usefixtures("client")
    def test_the_registered_model_is_skops_with_signature_and_example(
        self, load: Load, parameters: dict[str, Any]
    ) -> None:
        """It sees neither key nor target."""
        note = load("registered_version")
        model = mlflow.models.Model.load(f"models:/{note['name']}/{note['version']}")
        unseen = {parameters["problem"][role] for role in ("key", "target")}
        assert model.flavors["sklearn"]["serialization_format"] == "skops"
        assert not unseen & set(model.signature.inputs.input_names())
        example = model.load_input_example()
        assert example is not None
        assert len(example) == 5

    def test_the_report_needs_nothing_but_itself(self, load: Load, parameters: dict[str, Any]) -> None:
        """It can be sent to somebody."""
        report = fetched = load("report")
        for address in VOCABULARIES:
            fetched = fetched.replace(address, "")
        assert "<script" not in report
        assert "http://" not in fetched
        shown = {title for titles in FIGURES.values() for title in titles if f"<figcaption>{title}<" in report}
        assert shown == FIGURES[is_classifier(load("model"))]
        assert "<figcaption>Importance of the features<" in report
        assert all(f"<td>{column} = " in report for column in parameters["evaluation"]["slices"]["columns"])

    def test_runs_are_named_by_candidate_and_commit_and_carry_the_primary_metric(
        self,
        client: mlflow.MlflowClient,
        attempt: Run,
        candidates: list[Run],
        trained: Path,
        load: Load,
        parameters: dict[str, Any],
    ) -> None:
        """In lists of runs, models and versions alike."""
        metrics, primary = load("metrics"), f"test_{parameters['training']['scoring']}"
        best = max(candidates, key=lambda run: run.data.metrics["cv_score"])
        assert attempt.info.run_name == f"{best.info.run_name} {git(trained, 'rev-parse', 'HEAD')[:7]}"
        assert attempt.data.metrics["cv_score"] == best.data.metrics["cv_score"]
        assert attempt.outputs
        model = client.get_logged_model(attempt.outputs.model_outputs[0].model_id)
        assert {metric.key: metric.value for metric in model.metrics or []}[primary] == metrics[primary]
        note = load("registered_version")
        version = client.get_model_version(note["name"], str(note["version"]))
        assert version.tags[primary] == f"{metrics[primary]:.4f}"

    def test_the_verdict_of_each_gate_is_tracked_and_reported(self, attempt: Run, load: Load) -> None:
        """Passed ones too."""
        judged, tags, metrics = load("gates"), attempt.data.tags, attempt.data.metrics
        assert (judged["verdict"], tags["gates.verdict"], tags["gates.failed"]) == ("passed", "passed", "")
        assert {gate["name"]: gate["measured"] for gate in judged["gates"] if gate["measured"] is not None} == {
            name.removeprefix("gates/"): value
            for name, value in metrics.items()
            if name.startswith("gates/") and not name.endswith("_failed")
        }
        assert all(f"<td>{gate['name']}</td>" in load("report") for gate in judged["gates"])
