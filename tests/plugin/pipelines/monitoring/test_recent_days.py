"""The last days of a window are judged by themselves: what began the day before is seen, and weather is no news."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro_modelops.models.registered_model import RegisteredModel
from kedro_modelops.pipelines.monitoring.datasets import Profile
from kedro_modelops.pipelines.monitoring.parameters import Monitoring
from kedro_modelops.pipelines.monitoring.signals.recent import watch_recent_days
from kedro_modelops.pipelines.monitoring.signals.signal import Signal, Verdict
from kedro_modelops.pipelines.monitoring.window import Window
from kedro_modelops.roles import Roles
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import Pipeline

ROLES = Roles(target="rentals", key="id", time="at")
HELD_OUT, WINDOW, HOURS = 60, 30, 24
QUIET, TRIED = "2012-12-26", 60


@pytest.fixture(scope="module")
def monitoring(parameters: dict[str, Any]) -> Monitoring:
    return Monitoring.model_validate(parameters["monitoring"])


def days_of(kind: str, count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Hours of which each day, like the one before, is a little above or below what is expected."""
    weather = np.zeros(count)
    for day in range(1, count):
        weather[day] = 0.5 * weather[day - 1] + rng.normal(0, 10)
    usual = rng.uniform(80, 180, count * HOURS)
    rentals = usual + np.repeat(weather, HOURS) + rng.normal(0, 30, count * HOURS)
    if kind == "classes":
        rentals = rng.random(len(usual)) < 1 / (1 + np.exp(1 - np.repeat(weather, HOURS) / 40))
    return pd.DataFrame({"usual": usual, "rentals": rentals})


@cache
def model_of(kind: str) -> Any:
    known = days_of(kind, 200, np.random.default_rng(0))
    estimator = LogisticRegression() if kind == "classes" else LinearRegression()
    return Pipeline([("columns", "passthrough"), ("estimator", estimator)]).fit(known[["usual"]], known["rentals"])


@dataclass(frozen=True)
class Happens:
    """Something else, in the last days of a window."""

    days: int = 0
    change: Any = None


def watch(
    kind: str, monitoring: Monitoring, seed: int, happens: Happens = Happens(), *, timed: bool = True
) -> dict[str, Signal]:
    """Signals of a window."""
    model = model_of(kind)
    drawn = days_of(kind, HELD_OUT + WINDOW, np.random.default_rng(seed))
    drawn["at"] = pd.date_range(end=f"{QUIET} 23:00", periods=len(drawn), freq="h", tz="UTC")
    test, now = drawn[: HELD_OUT * HOURS], drawn[HELD_OUT * HOURS :].reset_index(drop=True)
    outcome = now["rentals"].copy()
    if last := happens.days * HOURS:
        outcome[-last:] = happens.change(outcome[-last:])
    chances = [list(row) for row in model.predict_proba(now[["usual"]])] if kind == "classes" else None
    rows = pd.DataFrame({"version": "1", "when": now["at"], "output": model.predict(now[["usual"]])})
    rows = rows.assign(outcome=outcome.astype(object), probabilities=chances)
    roles = ROLES.model_copy(update={"time": "at" if timed else None})
    test = test if timed else test.drop(columns="at")
    window = Window(rows, now[["usual"]], now[["usual"]], now["at"].min(), now["at"].max(), ["2012-12"])
    serving = RegisteredModel(model, "model", "1", "run", {})
    found = watch_recent_days(window, Profile(test, test, QUIET), serving, roles, monitoring)
    return {signal.name: signal for signal in found}


CHANGES = {"numbers": lambda was: was - 80, "classes": lambda was: was | (np.arange(len(was)) % 6 > 0)}


@pytest.mark.parametrize("kind", CHANGES)
def test_days_unlike_those_before_are_found(kind: str, monitoring: Monitoring) -> None:
    found = watch(kind, monitoring, 1, Happens(3, CHANGES[kind]))["recent/3 days"]
    assert found.verdict == Verdict.ALERT
    assert f"3 days up to {QUIET}" in found.sentence


@pytest.mark.parametrize("kind", CHANGES)
def test_without_drift_they_are_quiet(kind: str, monitoring: Monitoring) -> None:
    found = [signal for seed in range(TRIED) for signal in watch(kind, monitoring, seed).values()]
    assert len(found) == TRIED * len(monitoring.recent.days)
    assert {signal.verdict for signal in found} <= {Verdict.OK, Verdict.ALERT}
    assert sum(signal.verdict == Verdict.ALERT for signal in found) <= TRIED // 30


def test_what_has_lasted_for_the_whole_window_is_left_to_the_other_signals(monitoring: Monitoring) -> None:
    found = watch("numbers", monitoring, 1, Happens(WINDOW, CHANGES["numbers"]))
    assert {signal.verdict for signal in found.values()} == {Verdict.OK}


def test_too_little_is_not_judged(monitoring: Monitoring) -> None:
    found = watch("numbers", monitoring, 1, Happens(WINDOW - 1, lambda _: None), timed=False)
    assert {signal.verdict for signal in found.values()} == {Verdict.NOT_JUDGED}
    assert {signal.verdict for signal in watch("numbers", monitoring, 1, timed=False).values()} == {Verdict.OK}
