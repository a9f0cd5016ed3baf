"""Each signal bites when a window is spoiled in just that way, and is quiet when it is not."""

from collections.abc import Callable
from copy import copy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro_modelops.pipelines.monitoring.signals.drift import is_number
from kedro_modelops.pipelines.monitoring.signals.signal import Verdict
from kedro_modelops.pipelines.monitoring.verdict import decide
from kedro_modelops.pipelines.monitoring.window import Window
from windows import Watched, classes, spoiled, wrong

Spoil = Callable[[Watched, Window], Window]


@pytest.fixture(scope="module")
def watched(trained: Path, parameters: dict[str, Any]) -> Watched:
    """It may lose a third of what it loses when all outcomes are wrong."""
    first = Watched(trained, parameters)
    name, window = f"performance/{first.scoring}", first.draw(seed=1)
    first.settings.performance[first.scoring] = 0.1
    windows = (window, spoiled(window, outcome=wrong(first, window)))
    right, spoilt = (first.watch(one, "performance")[name].value or 0.0 for one in windows)
    lost = (right - spoilt) / 3
    performance = {first.scoring: lost, "calibration": 0.1}
    return Watched(trained, parameters, performance=performance, slice_tolerance=lost)


@pytest.fixture(scope="module")
def quiet(watched: Watched) -> Window:
    return watched.draw(seed=1)


def number(window: Window) -> str:
    return next(str(name) for name in window.features if is_number(window.features[name]))


def surest(window: Window) -> np.ndarray:
    """Row numbers in the order of the answers."""
    told = window.rows["probabilities"].map(lambda chances: 0.0 if chances is None else chances[-1])
    return np.lexsort([pd.to_numeric(window.rows["output"], errors="coerce"), told])


def distorted(watched: Watched, window: Window, chances: Callable[[np.ndarray], np.ndarray]) -> Window:
    """Other probabilities, where there are any."""
    if classes(watched) is None:
        return window
    return spoiled(window, probabilities=window.rows["probabilities"].map(lambda was: list(chances(np.array(was)))))


def overconfident(was: np.ndarray) -> np.ndarray:
    sure = np.full(len(was), 0.001)
    sure[int(np.argmin(was))] = 1 - 0.001 * (len(was) - 1)
    return sure


def undecided(was: np.ndarray) -> np.ndarray:
    return np.full(len(was), 1 / len(was))


SPOILS: dict[str, tuple[str, Spoil]] = {
    "drift": ("inputs", lambda _, x: spoiled(x, **{str(name): x.features[name].iloc[0] for name in x.features})),
    "contract": ("inputs", lambda _, x: spoiled(x, **{number(x): -1e9})),
    "nulls": ("inputs", lambda _, x: spoiled(x, **{number(x): np.nan})),
    "skew": ("inputs", lambda _, x: spoiled(x, features_hash="another")),
    "not_numbers": ("answers", lambda _, x: spoiled(x, **{number(x): np.inf})),
    "invalid": ("answers", lambda _, x: spoiled(x, output=None)),
    "shift/predicted": ("answers", lambda w, x: w.take(np.resize(surest(w.pool)[-20:], len(x.rows)))),
    "shift/actual": ("answers", lambda _, x: spoiled(x, outcome=x.rows["outcome"].max())),
    "latency_p99_ms": ("service", lambda _, x: spoiled(x, latency_ms=1e5)),
    "cost_per_thousand": ("service", lambda _, x: spoiled(x, latency_ms=1e7)),
    "missing_months": ("service", lambda _, x: x._replace(until=x.until + pd.Timedelta(days=100))),
    "age_days": ("service", lambda _, x: x._replace(until=x.until + pd.Timedelta(days=1000))),
}


def test_a_window_without_drift_is_quiet(watched: Watched, quiet: Window) -> None:
    assert [signal for signal in watched.watch(quiet).values() if signal.verdict == Verdict.ALERT] == []


@pytest.mark.parametrize("name", SPOILS)
def test_a_signal_bites(name: str, watched: Watched, quiet: Window) -> None:
    kind, spoil = SPOILS[name]
    signal = watched.watch(spoil(watched, quiet), kind)[name]
    assert signal.verdict == Verdict.ALERT
    assert signal.sentence.endswith(".")


def test_requests_of_one_trace_cost_what_each_of_them_takes(watched: Watched, quiet: Window) -> None:
    times = 5 + np.arange(len(quiet.rows)) / 1000
    windows = (spoiled(quiet, latency_ms=times, request_id=ids) for ids in (quiet.rows["key"], "of one trace"))
    apart, together = (watched.watch(window, "service")["cost_per_thousand"].value for window in windows)
    assert apart == pytest.approx(together)


def test_a_feature_that_moves_is_named(watched: Watched, quiet: Window) -> None:
    name = number(quiet)
    far = quiet.features[name] + 3 * quiet.features[name].std()
    found = watched.watch(spoiled(quiet, **{name: far}), "inputs")
    assert [kind for kind, one in found.items() if kind.startswith("drift/") and one.verdict == Verdict.ALERT] == [
        f"drift/{name}"
    ]
    assert found["drift"].verdict == Verdict.OK


def test_categories_that_training_lacked_are_seen(watched: Watched, quiet: Window) -> None:
    named = [str(name) for name in quiet.features if not is_number(quiet.features[name])]
    signal = watched.watch(spoiled(quiet, **dict.fromkeys(named, "new")), "inputs")["unseen"]
    assert signal.value == float(bool(named))


def test_the_primary_metric_falls_with_wrong_outcomes(watched: Watched, quiet: Window) -> None:
    found = watched.watch(spoiled(quiet, outcome=wrong(watched, quiet)), "performance")
    assert found[f"performance/{watched.scoring}"].verdict == Verdict.ALERT


def test_a_slice_that_fails_is_found_while_the_whole_is_fine(watched: Watched, quiet: Window) -> None:
    everything = wrong(watched, quiet)
    in_a = quiet.inputs["drawn"] == "a"
    outcome = quiet.rows["outcome"].where(~in_a, everything)
    found = watched.watch(spoiled(quiet, outcome=outcome), "performance")
    assert found["slice/drawn a"].verdict == Verdict.ALERT
    assert found["slice/drawn b"].verdict == found[f"performance/{watched.scoring}"].verdict == Verdict.OK


def test_probabilities_that_are_not_what_happens_are_found(watched: Watched, quiet: Window) -> None:
    found = watched.watch(distorted(watched, quiet, overconfident), "performance")["calibration"]
    assert found.verdict == (Verdict.NOT_JUDGED if classes(watched) is None else Verdict.ALERT)


def test_while_outcomes_are_late_performance_is_estimated(watched: Watched, quiet: Window) -> None:
    strict, name = copy(watched), f"estimate/{watched.scoring}"
    strict.settings = watched.settings.model_copy(update={"performance": {watched.scoring: 0.03}})
    late, regression = spoiled(quiet, outcome=None), classes(watched) is None
    usual = strict.watch(late, "performance", "estimate")
    assert usual[f"performance/{watched.scoring}"].verdict == Verdict.NOT_JUDGED
    assert usual[name].verdict == (Verdict.NOT_JUDGED if regression else Verdict.OK)
    unsure = strict.watch(distorted(watched, late, undecided), "estimate")[name]
    assert unsure.verdict == (Verdict.NOT_JUDGED if regression else Verdict.ALERT)
    known = strict.watch(distorted(watched, quiet, undecided), "estimate")[name]
    assert (known.verdict, known.value) == (Verdict.NOT_JUDGED if regression else Verdict.OK, unsure.value)


def test_few_rows_are_not_judged_and_say_so(watched: Watched, quiet: Window) -> None:
    few = watched.take(np.arange(watched.settings.min_rows - 1))
    found = watched.watch(spoiled(few, features_hash="another", output=None))
    judged = {name for name, signal in found.items() if signal.verdict != Verdict.NOT_JUDGED}
    assert judged == {"traffic", "missing_months", "age_days"}
    assert "99 predictions in the window, 100 are needed" in found["drift"].sentence


def test_answers_of_another_version_do_not_count(watched: Watched, quiet: Window) -> None:
    found = watched.watch(spoiled(quiet, version="2", outcome=wrong(watched, quiet), features_hash="another"))
    assert found["skew"].verdict == found["drift"].verdict == Verdict.OK
    assert found["invalid"].verdict == found[f"performance/{watched.scoring}"].verdict == Verdict.NOT_JUDGED
    assert decide(quiet, watched.model, watched.settings, list(found.values()))["state"] == "unknown"


def test_what_training_months_differ_among_themselves_is_no_news(
    trained: Path, parameters: dict[str, Any], watched: Watched, quiet: Window
) -> None:
    name, time = number(quiet), watched.problem.time or "time"
    problem = watched.problem.model_copy(update={"time": time})
    seasons = pd.Series(np.arange(len(watched.profile.train)) % 2)
    shift = 3 * quiet.features[name].std()
    train = watched.profile.train.assign(
        **{
            name: watched.profile.train[name] + shift * seasons,
            time: pd.Timestamp("2013-01-15", tz="UTC") + pd.to_timedelta(31 * seasons, unit="D"),
        }
    )
    found = {}
    for seasonality in ("none", "months", "same_month"):
        changed = Watched(trained, parameters, seasonality=seasonality)
        changed.problem, changed.profile = problem, watched.profile._replace(train=train, test=train)
        february = {name: quiet.features[name] + shift, "when": pd.Timestamp("2014-02-15", tz="UTC")}
        found[seasonality] = changed.watch(spoiled(quiet, **february), "inputs")[f"drift/{name}"].verdict
    assert found == {"none": Verdict.ALERT, "months": Verdict.OK, "same_month": Verdict.OK}
