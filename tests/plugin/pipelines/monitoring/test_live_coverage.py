"""Intervals that no longer hold what happens are seen, and an answer outside its own is none."""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro_modelops.models.intervals import QuantileInterval
from kedro_modelops.models.registered_model import RegisteredModel
from kedro_modelops.models.scoring import answer
from kedro_modelops.pipelines.monitoring.datasets import Profile
from kedro_modelops.pipelines.monitoring.parameters import Monitoring
from kedro_modelops.pipelines.monitoring.signals.answers import recall, valid
from kedro_modelops.pipelines.monitoring.signals.performance import watch_performance
from kedro_modelops.pipelines.monitoring.signals.shadow import watch_shadow
from kedro_modelops.pipelines.monitoring.signals.signal import Signal, Verdict
from kedro_modelops.pipelines.monitoring.window import Window
from kedro_modelops.roles import Roles
from sklearn.linear_model import LinearRegression, QuantileRegressor
from sklearn.pipeline import Pipeline

ROLES = Roles(target="rentals", key="id")
ROWS = 600
BEGIN, END = pd.Timestamp("2024-01-01", tz="UTC"), pd.Timestamp("2024-02-01", tz="UTC")


def happened(seed: int, noise: float = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    heat = rng.uniform(0, 10, ROWS)
    return pd.DataFrame(
        {"id": [f"{n}" for n in range(ROWS)], "heat": heat, "rentals": heat + noise * rng.normal(size=ROWS)}
    )


@cache
def model_of(kind: str) -> Any:
    interval = QuantileInterval(QuantileRegressor(alpha=0), coverage=0.9, random_state=1)
    estimator = interval if kind == "with intervals" else LinearRegression()
    known = happened(0)
    return Pipeline([("columns", "passthrough"), ("estimator", estimator)]).fit(known[["heat"]], known["rentals"])


def window_of(table: pd.DataFrame, kind: str, **more: Any) -> Window:
    said = answer(model_of(kind), table[["heat"]])
    rows = pd.DataFrame({"version": "1", "output": said.outputs.tolist(), "outcome": table["rentals"].astype(object)})
    intervals = {} if said.intervals is None else {"interval": said.intervals.tolist()}
    rows = rows.assign(probabilities=None, **intervals, **more)
    return Window(rows, table[["heat"]], table[["heat"]], BEGIN, END, ["2024-01"])


def settings(parameters: dict[str, Any]) -> Monitoring:
    few = {"min_rows": 50, "resamples": 40, "performance": {"coverage": 0.05}}
    return Monitoring.model_validate(parameters["monitoring"] | few)


def watch(window: Window, kind: str, parameters: dict[str, Any]) -> Signal:
    model, held_out = RegisteredModel(model_of(kind), "model", "1", "run", {}), happened(1)
    profile, slices = Profile(held_out, held_out, END.to_pydatetime()), {"columns": [], "min_samples": 50}
    found = watch_performance(window, profile, model, ROLES, settings(parameters), "r2", slices, 1)
    (signal,) = (signal for signal in found if signal.name == "coverage")
    return signal


def test_intervals_that_hold_what_happens_are_quiet(parameters: dict[str, Any]) -> None:
    signal = watch(window_of(happened(2), "with intervals"), "with intervals", parameters)
    assert (signal.verdict, signal.value) == (Verdict.OK, pytest.approx(0.9, abs=0.04))


def test_intervals_that_no_longer_hold_it_are_seen(parameters: dict[str, Any]) -> None:
    signal = watch(window_of(happened(2, noise=2), "with intervals"), "with intervals", parameters)
    assert signal.verdict == Verdict.ALERT
    assert "The share of outcomes in their interval is 0.6" in signal.sentence
    assert "up to 0.05 worse is allowed" in signal.sentence


def test_a_model_without_intervals_is_not_judged(parameters: dict[str, Any]) -> None:
    signal = watch(window_of(happened(2), "without"), "without", parameters)
    assert signal.verdict == Verdict.NOT_JUDGED


def test_an_answer_outside_its_interval_or_without_one_is_none() -> None:
    model, window = model_of("with intervals"), window_of(happened(2), "with intervals")
    assert valid(recall(window.rows, model), model).all()
    kept = [None, [1.0], [float("nan"), 2.0], [-9.0, -8.0], *window.rows["interval"][4:]]
    assert list(np.flatnonzero(~valid(recall(window.rows.assign(interval=kept), model), model))) == [0, 1, 2, 3]
    assert not valid(recall(window.rows.drop(columns="interval"), model), model).any()


def test_a_challenger_in_shadow_is_compared_by_its_intervals_too(parameters: dict[str, Any]) -> None:
    table = happened(2)
    window = window_of(table, "with intervals")
    narrow = [[said - 0.1, said + 0.1] for said in window.rows["output"]]
    shadow = {"shadow_version": "2", "shadow_output": window.rows["output"], "shadow_probabilities": None}
    window = window_of(table, "with intervals", **shadow, shadow_interval=pd.Series(narrow))
    model, held_out = RegisteredModel(model_of("with intervals"), "model", "1", "run", {}), happened(1)
    profile = Profile(held_out, held_out, END.to_pydatetime())
    found = {signal.name: signal for signal in watch_shadow(window, profile, model, ROLES, settings(parameters), 1)}
    assert found["shadow/coverage"].verdict == Verdict.ALERT
    assert "The share of outcomes in their interval would be -0.8" in found["shadow/coverage"].sentence
