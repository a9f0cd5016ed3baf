"""`kedro model`, as people use it, on a project that was trained."""

import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from kedro_modelops.metrics import find_metric
from kedro_modelops.registry import reproduction
from kedro_modelops.roles import Roles
from kedro_modelops.testing.project import Kedro, connect, git

MISTAKES = [
    (("promote", "9", "--to", "staging"), "has no version 9: `kedro model list` shows what there is"),
    (("promote", "1", "--to", "moon"), "'moon' is not one of 'staging', 'production'"),
    (("card", "champion"), "has no version with the alias 'champion'"),
    (("rollback",), "there is nothing to go back to"),
    (("history", "--at", "yesterday"), "yesterday is no date: write 2026-01-31"),
    (("history", "--at", "9999-12-31T23:59:59-14:00"), "9999-12-31T23:59:59-14:00 is no date: write 2026-01-31"),
    (("history", "--at", "0001-01-01T00:00:00+14:00"), "0001-01-01T00:00:00+14:00 is no date: write 2026-01-31"),
    (("history", "--at", "20261125"), "20261125 is no date: write 2026-01-31"),
    (("history", "--at", ""), "nothing is no date: write 2026-01-31"),
    (("card", "9" * 40), f"has no version {'9' * 40}"),
    (("card", "\u0663"), "has no version with the alias '\u0663'"),
    (("settle", "--reason", "to see"), "the ledger is whole: there is nothing to settle"),
    (("explain", "nobody"), "nobody (the first has "),
    (("compare", "1", "2"), "has no version 2"),
    (("reproduce", "2"), "has no version 2"),
]


@pytest.fixture
def registered(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the trained project, where things may be moved."""
    shutil.copytree(trained, tmp_path / "project", symlinks=True)
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.setenv("KEDRO_ENV", "ci")
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path / "project"


def ok(kedro: Kedro, *arguments: str) -> str:
    result = kedro("model", *arguments)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_way_of_a_version(registered: Path, kedro: Kedro) -> None:
    assert "challenger" in (listed := ok(kedro, "list"))
    assert git(registered, "rev-parse", "HEAD")[:10] in listed
    assert "Version 1 serves in staging; before, it was none." in ok(kedro, "promote", "challenger", "--to", "staging")
    ok(kedro, "promote", "1", "--to", "production", "--reason", "the first one")
    assert "challenger, champion, staging" in ok(kedro, "list")
    assert "the first one" in ok(kedro, "history")
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    assert f"production, {today} 23:59:59 UTC: version 1, since {today}" in ok(kedro, "history", "--at", today)
    assert ok(kedro, "history", "--at", "2020-01-01").count("UTC: nothing") == 2
    assert "version 1 serves in production already" in kedro("model", "promote", "1", "--to", "production").output


def test_the_summary_stands_beside_the_champion_and_names_the_gates(registered: Path, kedro: Kedro) -> None:
    assert "champion (none yet)" in ok(kedro, "summary")
    ok(kedro, "promote", "1", "--to", "production")
    ok(kedro, "summary", "--output", "summary.md")
    lines = (registered / "summary.md").read_text("utf-8").splitlines()
    assert lines[:3] == ["## Training", "", "All gates passed."]
    assert "| test set | this model | champion (version 1) | change |" in lines
    assert any(line.endswith(" | +0.0000 |") for line in lines)
    assert any(line.startswith("| floor | ✅ passed | ") for line in lines)
    wide = pd.DataFrame({"feature": [f"gene-{number}" for number in range(300)], "importance": 0.1, "std": 0.0})
    wide.assign(useful=True).to_csv(registered / "data/08_reporting/importances.csv", index=False)
    told = ok(kedro, "summary")
    assert "What is lost without a feature: the 30 largest of 300" in told
    assert told.count("gene-") == 30
    gates = registered / "data/08_reporting/gates.json"
    judged = json.loads(gates.read_text())
    gates.write_text(json.dumps(judged | {"failed": ["slices", "overfit"]}))
    assert "Refused by slices, overfit: nothing was registered." in ok(kedro, "summary")
    gates.unlink()
    assert "nothing has been judged yet" in kedro("model", "summary").output


def test_the_summary_speaks_of_a_training_whose_version_this_registry_does_not_know(
    project: Path, trained: Path, kedro: Kedro
) -> None:
    shutil.copytree(trained / "data", project / "data", dirs_exist_ok=True)
    result = kedro("model", "--env", "ci", "summary")
    assert result.exit_code == 0, result.output
    assert "champion (none yet)" in result.output
    assert "this registry does not know it" in result.output


def test_the_card_is_the_versions_description_and_stands_in_the_report(
    registered: Path, kedro: Kedro, parameters: dict[str, Any]
) -> None:
    card = (registered / "data/08_reporting/model_card.md").read_text()
    name = "flight-delays"
    version = connect(registered).get_model_version(name, "1")
    run = connect(registered).get_run(version.run_id)
    assert card in ok(kedro, "card", "1")
    assert version.description == card or card.startswith(version.description[:4000])
    assert "<h1>Model card: " in (registered / "data/08_reporting/report.html").read_text()
    for name in ("wall_seconds", "cpu_seconds"):
        assert f"{run.data.metrics[name]:.0f} s" in card
    assert f"{run.data.metrics['cost']:.6f}" in card
    assert f"{run.data.metrics['test_' + parameters['training']['scoring']]:.4f}" in card


@pytest.mark.usefixtures("registered")
def test_two_versions_are_compared(kedro: Kedro, parameters: dict[str, Any]) -> None:
    training = parameters["training"]
    assert kedro("run", f"--params=training.seed={training['seed'] + 1}").exit_code == 0
    compared = ok(kedro, "compare", "1", "challenger")
    seeds = (str(training["seed"]), str(training["seed"] + 1))
    for same in ("Features", "Code", "Data", "Packages"):
        assert re.search(f"{same} that differs?: none", compared)
    primary = find_metric(training["scoring"]).title
    for shown in (
        f"{primary}, held-out rows",
        f"{primary}, training rows",
        "cost",
        "training.seed",
        *seeds,
        "kedro.params",
        "parameters",
    ):
        assert shown in compared
    assert "gates/" not in compared


def test_an_answer_is_explained_step_by_step(registered: Path, kedro: Kedro, parameters: dict[str, Any]) -> None:
    problem = Roles.model_validate(parameters["problem"])
    row = pd.read_parquet(registered / "data/05_model_input/test.parquet").iloc[[3]]
    told = ok(kedro, "explain", str(row[problem.key].iloc[0]), "--version", "1")
    steps = ("1. What was recorded", "2. What the model sees", "3. What the estimator gets")
    assert [step for step in steps if step not in told] == []
    assert [feature for feature in problem.features(row) if feature not in told] == []
    assert f"What happened: {row[problem.target].iloc[0]}" in told


def test_a_copy_is_exported(registered: Path, kedro: Kedro) -> None:
    assert "copy holds version 1 of" in ok(kedro, "export", "challenger", "copy")
    assert (registered / "copy" / "model.skops").exists()


def test_a_version_that_comes_out_differently_fails(
    registered: Path, kedro: Kedro, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reproduction, "reproduce", lambda *_, **__: ["parameter leaf: 20 then, 30 now"])
    result = kedro("model", "reproduce", "1")
    assert result.exit_code == 1
    assert "version 1 was not reproduced:\n  - parameter leaf: 20 then, 30 now" in result.output


def test_prices_that_cannot_be_used_are_named(registered: Path, kedro: Kedro) -> None:
    result = kedro("run", "--pipelines=training", "--params=prices.core_hour=-1")
    assert result.exit_code == 1
    assert "the parameter prices (conf/base/parameters_registration.yml) cannot be used" in result.output


@pytest.mark.parametrize(("arguments", "told"), MISTAKES, ids=[mistake[0][0] for mistake in MISTAKES])
def test_a_mistake_is_told_in_a_sentence(trained: Path, kedro: Kedro, arguments: tuple[str, ...], told: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(trained)
        result = kedro("model", "--env", "ci", *arguments)
    assert result.exit_code > 0
    assert told in " ".join(result.output.split())
    assert "Traceback" not in result.output


def test_a_project_without_versions_says_what_to_do(project: Path, kedro: Kedro) -> None:
    assert "nothing is registered as" in kedro("model", "--env", "ci", "list").output
    assert "alias 'champion'" in kedro("model", "--env", "ci", "card", "champion").output


def test_a_registry_that_is_down_is_named(trained: Path, kedro: Kedro, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(trained)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    result = kedro("model", "promote", "1", "--to", "production")
    assert result.exit_code == 1
    assert "MLflow at http://127.0.0.1:9 does not answer" in result.output
