"""A refused model is shown, recorded and stopped: the pipeline ends with a sentence, and the registry is as it was."""

import json
import shutil
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest
import yaml
from kedro_modelops.errors import RefusedError
from kedro_modelops.gates import Gates
from kedro_modelops.pipelines.evaluation.figures import draw_figures
from kedro_modelops.pipelines.evaluation.importances import measure_importances
from kedro_modelops.pipelines.evaluation.parameters import Evaluation
from kedro_modelops.pipelines.evaluation.report import render_report
from kedro_modelops.pipelines.evaluation.verdict import enforce_gates
from kedro_modelops.registry.datasets import ChampionDataset
from kedro_modelops.testing.examination import SpoiledModel
from kedro_modelops.testing.project import Kedro, connect
from made_up_problems import PROBLEM, SCORING, SEED, honest, settings

REPORTING = Path("data/08_reporting")


@pytest.fixture
def client(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> mlflow.MlflowClient:
    """The store of a copy of the trained project, in which the test runs."""
    shutil.copytree(trained, tmp_path / "project", symlinks=True)
    monkeypatch.chdir(tmp_path / "project")
    return connect(tmp_path / "project")


def configure_a_constant_model() -> None:
    """Leaves no candidate but one that looks at no feature."""
    base, ci = Path("conf/base/parameters_training.yml"), Path("conf/ci/parameters.yml")
    problem = yaml.safe_load(Path("conf/base/parameters_data_processing.yml").read_text())["problem"]
    target = pd.read_parquet("data/05_model_input/train.parquet")[problem["target"]]
    dummy = "sklearn.dummy.DummyRegressor" if target.dtype.kind == "f" else "sklearn.dummy.DummyClassifier"
    training, overrides = yaml.safe_load(base.read_text()), yaml.safe_load(ci.read_text())
    training["training"]["candidates"] = {"constant": {"estimator": {"class": dummy}}}
    overrides.get("training", {}).pop("candidates", None)
    base.write_text(yaml.safe_dump(training))
    ci.write_text(yaml.safe_dump(overrides))


def test_a_refused_model_is_recorded_but_not_registered(client: mlflow.MlflowClient, kedro: Kedro) -> None:
    before = [version.version for version in client.search_model_versions()]
    configure_a_constant_model()

    result = kedro("run", "--env", "ci")

    assert result.exit_code == 1
    assert "The model is refused and will not be registered." in result.output
    judged = json.loads((REPORTING / "gates.json").read_text())
    sentences = {gate["name"]: gate["sentence"] for gate in judged["gates"]}
    assert f"- baseline: {sentences['baseline']}" in result.output
    assert "<b>Refused</b>" in (REPORTING / "report.html").read_text()

    run = client.get_run(judged["run"])
    assert (run.info.status, run.data.tags["gates.verdict"]) == ("FAILED", "failed")
    assert run.data.tags["gates.failed"] == ", ".join(judged["failed"])
    assert run.data.metrics["gates/baseline_failed"] == 1
    assert {"gates.json", "report.html"} <= {artifact.path for artifact in client.list_artifacts(judged["run"])}

    bypass = kedro("run", "--env", "ci", "--pipelines", "registration")
    assert (bypass.exit_code, "have not passed the model" in bypass.output) == (1, True)
    assert [version.version for version in client.search_model_versions()] == before


def test_the_champion_is_the_version_that_carries_the_alias(client: mlflow.MlflowClient) -> None:
    note = json.loads(Path("data/06_models/registered_version.json").read_text())
    catalog = yaml.safe_load(Path("conf/base/catalog.yml").read_text())
    champion = ChampionDataset(note["name"], catalog["model"]["trusted_types"])
    assert champion.load() is None
    assert ChampionDataset("a-model-that-does-not-exist").load() is None
    client.set_registered_model_alias(note["name"], "champion", str(note["version"]))
    version, model, refusal = champion.load()
    assert (version, refusal) == (str(note["version"]), "")
    assert hasattr(model, "predict")


@pytest.mark.parametrize("kind", SCORING)
def test_answers_that_are_no_numbers_end_in_a_report_and_not_in_a_traceback(kind: str) -> None:
    lose = SpoiledModel(honest(kind).model, lambda _, answers: np.full_like(answers, np.nan))
    asked = {"metrics": {SCORING[kind]: "decides"}, "slices": {"columns": ["region"], "min_samples": 100}}
    evaluation = Evaluation.model_validate(
        asked | {"importance": {"repeats": 2, "max_samples": 200}, "profile_rows": 100}
    )
    evidence = honest(kind).but(model=lose).evidence

    gates = Gates.model_validate(settings(kind)).judge(evidence)
    importances = measure_importances(lose, evidence.test_set, PROBLEM, evaluation, SCORING[kind], SEED)
    figures = draw_figures(lose, evidence.test_set, PROBLEM, SCORING[kind])
    tried = pd.DataFrame([{"candidate": "lost", "settings": "{}", "score": 0.5, "score_std": 0.1, "fit_seconds": 1}])
    page = render_report(
        model_card="# A model that is lost",
        gates=gates,
        metrics=evidence.metrics,
        slices=evidence.slices,
        importances=importances,
        search_results=tried,
        figures=figures,
        sections={},
        evaluation=evaluation,
        scoring=SCORING[kind],
        problem=PROBLEM,
    )

    assert {"floor", "contract"} <= set(gates["failed"])
    assert "NaN" not in json.dumps(gates)
    with pytest.raises(RefusedError, match="contract: "):
        enforce_gates(gates, page)
