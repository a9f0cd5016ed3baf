"""Each of the 28 points is given to a project after a run, and not to one in which one file is spoiled."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from edits import Edit, Spoil
from kedro_modelops.conformance.rule import Verdict
from kedro_modelops.conformance.score.last_run import Evidence
from kedro_modelops.conformance.score.outcomes import FILE, run_tests
from kedro_modelops.conformance.score.point import Scored, judge_point
from kedro_modelops.conformance.score.rubric import POINTS, SECTIONS, badge, judge_score, sections
from kedro_modelops.conformance.score.staleness import replay
from kedro_modelops.problem import load_problem
from kedro_modelops.roles import Roles
from kedro_modelops.testing.project import Kedro, ReplaceProblem
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

BY_NAME = {point.name: point for point in POINTS}
CONF, REPORTING = "conf/base/parameters", "data/08_reporting"
CATALOG, WATCHED, JUDGED = "conf/base/catalog.yml", f"{CONF}_monitoring.yml", f"{CONF}_evaluation.yml"


def change_json(path: str, change: Callable[[Any], object]) -> Spoil:
    """Changes what stands in a JSON file."""

    def spoil(project: Path) -> None:
        content = json.loads((project / path).read_text())
        change(content)
        (project / path).write_text(json.dumps(content))

    return spoil


def change_table(path: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Spoil:
    """Changes a table."""

    def spoil(project: Path) -> None:
        if path.endswith(".csv"):
            change(pd.read_csv(project / path)).to_csv(project / path, index=False)
        else:
            change(pd.read_parquet(project / path)).to_parquet(project / path)

    return spoil


def say(gate: str, **values: object) -> Spoil:
    """Lets a gate of the last run say something else."""

    def change(judged: dict[str, Any]) -> None:
        next(one for one in judged["gates"] if one["name"] == gate).update(values)

    return change_json(f"{REPORTING}/gates.json", change)


def alert(name: str) -> Spoil:
    """Lets monitoring alert."""
    signal = {"name": name, "verdict": "alert", "sentence": "It is worse."}
    return Edit(f"{REPORTING}/monitoring.json", text=json.dumps({"signals": [signal]}))


def spoil_artifacts(project: Path) -> None:
    """Changes the files of the registered version."""
    for file in (project / "mlartifacts").rglob("*.skops"):
        file.write_bytes(file.read_bytes() + b"!")


def drop(contract: str) -> Edit:
    """Takes the contract of a dataset away."""
    return Edit(CATALOG, rf"(?s)(^{contract}:.*?)\n  validator: ?[^\n]*(\n    [^\n]*)*", r"\1")


SPOILINGS: list[tuple[str, Spoil]] = [
    ("feature_schema", drop("train_set")),
    ("features_beneficial", change_table(f"{REPORTING}/importances.csv", lambda table: table.iloc[1:])),
    ("features_beneficial", change_table(f"{REPORTING}/importances.csv", lambda table: table.drop(columns="std"))),
    ("feature_cost", Edit(WATCHED, "latency_p99_ms: [0-9]+", "latency_p99_ms: 0.000001")),
    ("privacy_controls", Edit(".gitignore", r"^/predictions.db\*", "")),
    ("feature_added_quickly", Edit("src/flight_delays/more.py", text='NAMES = ["departure_hour"]\n')),
    ("feature_code_tested", Edit(FILE, "0.98", "0.5")),
    ("specification_reviewed", Edit(".github/rulesets/main.json", 'review_count": 1', 'review_count": 0')),
    ("specification_reviewed", Edit(".github/CODEOWNERS", "^\\* .*", "")),
    ("offline_meets_online", Edit(WATCHED, "roc_auc: 0.05", "accuracy: 0.05")),
    ("hyperparameters_tuned", change_table(f"{REPORTING}/search_results.csv", lambda table: table.head(1))),
    ("staleness_known", Edit(f"{CONF}_data_processing.yml", "time: time_hour", "time: null")),
    ("simpler_model_not_better", Edit(JUDGED, "over_dummy: 0.1", "over_dummy: 0.1\n    enabled: false")),
    ("simpler_model_not_better", say("baseline", verdict="failed")),
    ("good_on_slices", say("slices", verdict="not judged")),
    ("inclusion_tested", Edit(JUDGED, r"columns: \[origin\]", "columns: []")),
    ("inclusion_tested", say("fairness", enabled=False)),
    ("training_reproducible", change_table(f"{REPORTING}/search_results.csv", lambda table: table.iloc[::-1])),
    ("model_code_tested", Edit(FILE, '"failed": \\[', '"failed": ["tests.unit.test_features::test_something"')),
    ("pipeline_integration_tested", Edit(FILE, "::test_one_attempt", "::test_no_attempt")),
    ("pipeline_integration_tested", Edit(".github/workflows/ci.yml", "make setup test", "make setup")),
    ("quality_validated", Edit(JUDGED, "minimum: 0.65", "minimum: 0.65\n    enabled: false")),
    ("quality_validated", spoil_artifacts),
    ("example_followed", Edit(f"{CONF}_registration.yml", "features.identify", "features.nothing")),
    ("canary_before_traffic", change_json(f"{REPORTING}/golden.json", lambda golden: golden.update(rows=[]))),
    ("canary_before_traffic", Edit(".github/workflows/deploy.yml", r"needs: \[build, staging\]", "needs: [build]")),
    ("rollback_tried", spoil_artifacts),
    ("rollback_tried", lambda project: (project / ".github/workflows/deploy.yml").unlink()),
    ("dependencies_notified", Edit(".github/dependabot.yml", "package-ecosystem: pip", "package-ecosystem: npm")),
    ("data_invariants_hold", drop("arrived")),
    ("no_skew", change_table("data/03_primary/reference.parquet", lambda table: table[::-1].set_axis(table.index))),
    ("models_not_stale", Edit(WATCHED, ", age_days\\]", "]")),
    ("models_not_stale", Edit(".github/workflows/monitor.yml", "  schedule:\n    - cron: .*", "")),
    (
        "numerically_stable",
        change_json(f"{REPORTING}/metrics.json", lambda found: found.update(more=math.nan)),
    ),
    ("compute_not_regressed", Edit("pyproject.toml", "^most_of_champion.*", "")),
    ("quality_not_regressed", Edit(WATCHED, r"retrain_on: \[performance, ", "retrain_on: [")),
    ("quality_not_regressed", alert("performance/roc_auc")),
]


def judged(name: str, project: Path) -> Scored:
    return judge_point(BY_NAME[name], Evidence(project))


def test_there_are_seven_points_in_each_of_four_sections() -> None:
    assert [len(points) for points in SECTIONS.values()] == [7, 7, 7, 7]
    assert len(BY_NAME) == 28


def test_a_project_after_a_run_reaches_seven_of_seven(ran: Path) -> None:
    scored = judge_score(Evidence(ran))
    assert {one.name: one.sentence for one in scored if one.verdict != Verdict.PASSED} == {}
    assert set(sections(scored).values()) == {7}
    assert badge(scored)["message"] == "7 of 7"
    assert [one.where for one in scored if not (ran / one.where).exists()] == []


@pytest.mark.parametrize(("name", "spoil"), SPOILINGS, ids=[name for name, _ in SPOILINGS])
def test_a_spoiled_file_costs_the_point(name: str, spoil: Spoil, ran: Path) -> None:
    spoil(ran)
    found = judged(name, ran)
    assert found.verdict == Verdict.FAILED, found.sentence


def test_a_feature_that_says_nothing_costs_the_point(ran: Path, replace_problem: ReplaceProblem) -> None:
    silent = type("Mute", (load_problem().features,), {"__annotations__": {"origin": str}, "__module__": __name__})
    globals()["Mute"] = silent
    replace_problem(features=silent)
    assert judged("feature_requirements", ran).verdict == Verdict.FAILED


def test_each_point_has_a_project_that_must_fail() -> None:
    assert {name for name, _ in SPOILINGS} | {"feature_requirements"} == set(BY_NAME)


def test_a_project_that_never_ran_is_told_so(spoilable: Path) -> None:
    found = judged("good_on_slices", spoilable)
    assert found.verdict == Verdict.FAILED
    assert "there is no gates yet: `make run` makes it" in found.sentence


def test_the_command_tells_people_and_programs(ran: Path, kedro: Kedro) -> None:
    say("slices", verdict="failed")(ran)
    done = kedro("modelops", "score", "--json", "--badge", "badge.json")
    assert done.exit_code == 1, done.output
    answer = json.loads(done.stdout)
    assert (answer["score"], answer["sections"]["model"]) == (6, 6)
    assert json.loads((ran / "badge.json").read_text())["message"] == "6 of 7"
    told = kedro("modelops", "score", "--at-least", "6")
    assert told.exit_code == 0
    assert "ML Test Score: 6 of 7" in told.output


def test_ageing_is_measured_where_there_is_some() -> None:
    days = pd.date_range("2024-01-01", periods=800, freq="D", tz="UTC")
    table = pd.DataFrame({"a": range(800), "day": days, "key": [str(number) for number in range(800)]})
    table["y"] = table["a"].where(table["a"] < 700, 0).astype(float)
    model = make_pipeline(StandardScaler(), LinearRegression()).fit(table[["a"]], table["y"])
    roles = Roles(target="y", key="key", time="day")
    ages = replay(model, table.head(600), table.tail(200), roles, "neg_mean_absolute_error")
    assert [one["models"] for one in ages] == [4, 3, 2, 1]
    assert ages[0]["score"] > ages[-1]["score"]
    assert ages[0]["days"] < ages[-1]["days"]


@pytest.mark.slow
def test_outcomes_are_those_of_the_tests(spoilable: Path) -> None:
    Edit("tests/unit/test_features.py", text="\n\ndef test_that_fails() -> None:\n    assert False\n")(spoilable)
    (spoilable / "tests/test_run.py").unlink()
    found = run_tests(spoilable, "flight_delays")
    assert [name.rpartition("::")[2] for name in found.failed] == ["test_that_fails"]
    assert len(found.passed) > 10
