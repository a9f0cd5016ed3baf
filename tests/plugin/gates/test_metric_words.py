"""Metrics have a name, a sign and a unit wherever people look."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro_modelops.gates import Champion, Gates
from kedro_modelops.gates.gate import Evidence
from kedro_modelops.metrics import find_metric, format_number
from kedro_modelops.pipelines.evaluation.figures import draw_figures
from kedro_modelops.pipelines.evaluation.importances import measure_importances
from kedro_modelops.pipelines.evaluation.nodes import measure, measure_slices
from kedro_modelops.pipelines.evaluation.parameters import Evaluation
from kedro_modelops.pipelines.evaluation.report import render_report
from kedro_modelops.problem import Problem
from made_up_problems import PROBLEM, SEED, honest, settings
from sklearn.metrics import get_scorer_names

ERROR = "neg_mean_absolute_error"
MEASURED = {ERROR: "How far off", "r2": "Share of the variance"}


@pytest.fixture(autouse=True)
def _unit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Problem, "unit_of", lambda _, column: "rentals" if column == PROBLEM.target else "")


@pytest.fixture
def evidence() -> Evidence:
    """Of a regression that is judged by its error."""
    found = honest("regression").evidence
    asked = {"columns": ["region"], "min_samples": 100}
    evaluation = Evaluation.model_validate(
        {"metrics": MEASURED, "slices": asked, "importance": {"repeats": 2, "max_samples": 200}, "profile_rows": 100}
    )
    measured = measure(found.model, found.train_set, found.test_set, PROBLEM, evaluation)
    slices = measure_slices(found.model, found.test_set, PROBLEM, evaluation, ERROR)
    return replace(found, scoring=ERROR, metrics=measured, slices=slices)


def gates(**changes: Any) -> Gates:
    asked = settings("regression") | {"floor": {"minimum": -60}, "leak": {"max_score": -0.1}} | changes
    return Gates.model_validate(asked | {"slices": {"max_gap": 2}, "overfit": {"max_gap": 5}})


@pytest.mark.parametrize("scorer", get_scorer_names())
def test_every_scorer_has_a_name_without_a_sign_or_underscores(scorer: str) -> None:
    title = find_metric(scorer, "rentals").title
    assert not re.search(r"\bneg\b|_|^$|^[a-z]", title)


@pytest.mark.parametrize(
    ("scorer", "score", "told"),
    [
        (ERROR, -53.5604, "Mean absolute error 53.6 rentals"),
        ("neg_mean_squared_error", -12345.6, "Mean squared error 12,346 rentals²"),
        ("neg_mean_absolute_percentage_error", -0.1234, "Mean absolute percentage error 12.3 %"),
        ("roc_auc", 0.70123, "ROC AUC 0.7012"),
        ("neg_log_loss", -0.5, "Log loss 0.5000"),
        ("r2", float("nan"), "R² no number"),
        ("flight_delays.scorers.neg_cost_of_delay", -3.0, "Cost of delay 3.00"),
    ],
)
def test_a_score_is_told_with_name_and_unit(scorer: str, score: float, told: str) -> None:
    metric = find_metric(scorer, "rentals")
    assert f"{metric.title} {metric.tell(score)}" == told


def test_a_change_has_the_sign_that_people_read() -> None:
    assert find_metric(ERROR).change(-1.5) == "+1.50"
    assert find_metric("r2").change(-0.25) == "-0.2500"
    assert find_metric("neg_mean_absolute_percentage_error").change(0.021) == "-2.10"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0.0000"), (0.00012, "0.00012"), (9.996, "10.00"), (1234567.8, "1,234,568"), (-53.56, "-53.6")],
)
def test_numbers_are_short(value: float, shown: str) -> None:
    assert format_number(value) == shown


def test_gates_speak_of_the_error_and_pass_what_is_low(evidence: Evidence) -> None:
    told = {gate["name"]: gate for gate in gates().judge(evidence)["gates"]}
    error = evidence.metrics[f"test_{ERROR}"]
    assert told["floor"]["sentence"].startswith(f"Mean absolute error on the test set is {-error:.2f} rentals; at most")
    assert (told["floor"]["rule"], told["floor"]["threshold"]) == ("at most", 60)
    assert told["floor"]["measured"] == pytest.approx(-error)
    assert "highest for region" in told["slices"]["sentence"]
    assert "a class" not in told["slices"]["sentence"]
    assert told["leak"]["verdict"] == "passed"
    assert "no less than 0.1 is allowed" in told["leak"]["sentence"]
    assert [sentence for sentence in (gate["sentence"] for gate in told.values()) if ERROR in sentence] == []


def test_gates_refuse_an_error_that_is_high(evidence: Evidence) -> None:
    asked = gates(floor={"minimum": -0.01}, leak={"max_score": -1000})
    told = {gate["name"]: gate["verdict"] for gate in asked.judge(evidence)["gates"]}
    assert (told["floor"], told["leak"]) == ("failed", "failed")


def test_a_champion_is_better_or_worse_in_units(evidence: Evidence) -> None:
    ignorant = honest("regression").but(
        train_set=evidence.train_set.assign(outcome=evidence.train_set["outcome"].mean())
    )
    worse = gates().champion.judge(replace(evidence, model=ignorant.model))
    better = gates().champion.judge(replace(evidence, champion=Champion("1", ignorant.model)))
    assert re.search(r"is [\d.]+ rentals worse than that of champion 1 .* at most [\d.]+ \w+ worse;", worse.sentence)
    assert re.search(r"is [\d.]+ rentals better than .* confidence at least [\d.]+ rentals better;", better.sentence)
    assert (worse.verdict, better.verdict) == ("failed", "passed")


@pytest.mark.parametrize("kind", ["regression", "two classes"])
def test_the_report_shows_how_the_model_does_over_time(kind: str) -> None:
    found = honest(kind).evidence
    scoring = ERROR if kind == "regression" else found.scoring
    title = "Mean absolute error" if kind == "regression" else "ROC AUC"
    figures = draw_figures(found.model, found.test_set, PROBLEM, scoring)
    assert any(figure.startswith(f"{title} over time, by week") for figure in figures)
    assert any(figure.startswith("Predicted and actual over time") for figure in figures) == (kind == "regression")
    timeless = draw_figures(found.model, found.test_set, PROBLEM.model_copy(update={"time": None}), scoring)
    assert [figure for figure in timeless if "over time" in figure] == []
    one_moment = found.test_set.assign(at=found.test_set["at"].min())
    assert not any("over time" in figure for figure in draw_figures(found.model, one_moment, PROBLEM, scoring))


def test_the_report_of_a_regression_says_nothing_of_classes(evidence: Evidence) -> None:
    asked = {"columns": ["region"], "min_samples": 100}
    evaluation = Evaluation.model_validate(
        {"metrics": MEASURED, "slices": asked, "importance": {"repeats": 2, "max_samples": 200}, "profile_rows": 100}
    )
    small = evidence.test_set.assign(region=np.where(evidence.test_set.index < 5, "east", "north"))
    slices = measure_slices(evidence.model, small, PROBLEM, evaluation, ERROR)
    page = render_report(
        model_card="# A model",
        gates=gates().judge(replace(evidence, slices=slices)),
        metrics=evidence.metrics,
        slices=slices,
        importances=measure_importances(evidence.model, small, PROBLEM, evaluation, ERROR, SEED),
        search_results=pd.DataFrame(
            [{"candidate": "ridge", "settings": "{}", "score": -1.5, "score_std": 0.1, "fit_seconds": 1}]
        ),
        figures={},
        sections={},
        evaluation=evaluation,
        scoring=ERROR,
        problem=PROBLEM,
    )
    words = re.sub(r"<svg.*?</svg>|<style.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL)
    assert not re.search(r"\bclass|neg_|-\d\.\d+ rentals", words)
    assert "Mean absolute error, rentals, cross-validated" in words
    assert "not judged: fewer than 100 rows" in words


@pytest.mark.parametrize("kind", ["two classes", "three classes"])
def test_axes_of_curves_name_no_class(kind: str) -> None:
    found = honest(kind).evidence
    pictures = draw_figures(found.model, found.test_set, PROBLEM, "neg_log_loss")
    assert ">true positive rate</text>" in pictures["ROC"]
    assert "ositive class" not in "".join(pictures.values())
