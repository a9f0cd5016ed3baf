"""What monitoring says of a challenger in shadow, on answers that were planted."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro_modelops.pipelines.monitoring.signals.shadow import watch_shadow
from kedro_modelops.pipelines.monitoring.signals.signal import Signal, Verdict
from kedro_modelops.pipelines.monitoring.window import Window
from scipy.stats import norm
from windows import Watched

METRICS = {"roc_auc": 0.05, "neg_log_loss": 0.1}
ROWS = 500


@pytest.fixture(scope="module")
def watched(trained: Path, parameters: dict[str, Any]) -> Watched:
    return Watched(trained, parameters, performance=METRICS)


@pytest.fixture(scope="module")
def window(watched: Watched) -> Window:
    return watched.draw(seed=3, rows=ROWS)


def challenge(window: Window, chances: np.ndarray, **more: Any) -> Window:
    """The same window, in which a challenger gave other chances of the second class."""
    answers = {
        "shadow_version": "2",
        "shadow_output": chances > 0.5,
        "shadow_probabilities": [[1 - c, c] for c in chances],
    }
    return window._replace(rows=window.rows.assign(**answers | more))


def watch(watched: Watched, window: Window) -> dict[str, Signal]:
    known = (watched.profile, watched.model, watched.problem, watched.settings, 0)
    return {signal.name: signal for signal in watch_shadow(window, *known)}


def chances(window: Window) -> np.ndarray:
    return np.array([each[1] for each in window.rows["probabilities"]])


def happened(window: Window) -> np.ndarray:
    return window.rows["outcome"].to_numpy(bool)


def test_without_a_challenger_nothing_is_said(watched: Watched, window: Window) -> None:
    assert watch(watched, window) == {}
    assert watch(watched, challenge(window, chances(window), shadow_version=None)) == {}


def test_equal_answers_are_equal(watched: Watched, window: Window) -> None:
    found = watch(watched, challenge(window, chances(window)))
    assert {name: signal.value for name, signal in found.items()} == dict.fromkeys(
        ("shadow/differing", "shadow/difference", *(f"shadow/{name}" for name in METRICS)), 0.0
    )
    assert {signal.verdict for signal in found.values()} == {Verdict.OK}


def test_how_far_answers_differ_is_told_with_its_interval(watched: Watched, window: Window) -> None:
    was = chances(window)
    moved = np.clip(was + np.where(np.arange(ROWS) % 4 == 0, 0.6, 0.0), 0, 1)
    found = watch(watched, challenge(window, moved))
    differs = np.mean((moved > 0.5) != (was > 0.5))
    assert found["shadow/differing"].value == pytest.approx(differs)
    assert (
        f"Version 2 would have answered {ROWS} rows, {differs:.1%} of them otherwise."
        in found["shadow/differing"].sentence
    )
    apart = moved - was
    half = norm.ppf(0.975) * apart.std(ddof=1) / np.sqrt(ROWS)
    assert found["shadow/difference"].value == pytest.approx(apart.mean())
    assert f"{apart.mean():+.4g} ± {half:.2g}" in found["shadow/difference"].sentence


def test_a_worse_challenger_alerts_and_a_better_one_does_not(watched: Watched, window: Window) -> None:
    right = np.where(happened(window), 0.9, 0.1)
    better, worse = (watch(watched, challenge(window, said)) for said in (right, 1 - right))
    for name, allowed in METRICS.items():
        assert better[f"shadow/{name}"].verdict == Verdict.OK
        assert (better[f"shadow/{name}"].value or 0) > 0
        assert worse[f"shadow/{name}"].verdict == Verdict.ALERT
        assert worse[f"shadow/{name}"].threshold == -allowed
    auc = worse["shadow/roc_auc"]
    assert auc.sentence.startswith("ROC AUC would be -")
    assert f"by version 2, on {ROWS} pairs with a known outcome" in auc.sentence
    loss = worse["shadow/neg_log_loss"]
    assert loss.sentence.startswith("Log loss would be +"), "an error is read without its minus"


def test_a_slightly_worse_one_is_within_what_is_allowed(watched: Watched, window: Window) -> None:
    noise = np.random.default_rng(0).normal(0, 0.01, ROWS)
    found = watch(watched, challenge(window, np.clip(chances(window) + noise, 0.001, 0.999)))
    assert {signal.verdict for signal in found.values()} == {Verdict.OK}


def test_few_pairs_and_unknown_outcomes_are_not_judged(watched: Watched, window: Window) -> None:
    few = challenge(window, chances(window), shadow_version=["2"] * 50 + [None] * (ROWS - 50))
    assert [(name, one.verdict) for name, one in watch(watched, few).items()] == [
        ("shadow/differing", Verdict.NOT_JUDGED)
    ]
    late = watch(watched, challenge(window, chances(window), outcome=None))
    assert late["shadow/differing"].verdict == Verdict.OK
    assert late["shadow/performance"].verdict == Verdict.NOT_JUDGED


def test_the_newest_challenger_counts_and_what_is_no_answer_is_told(watched: Watched, window: Window) -> None:
    names = pd.Series(["2"] * 200 + ["3"] * (ROWS - 200))
    told = challenge(window, chances(window), shadow_version=names)
    broken = told.rows["shadow_output"].astype(object).where(told.rows.index < ROWS - 5, None)
    found = watch(watched, told._replace(rows=told.rows.assign(shadow_output=broken)))
    words = "Version 3 would have answered 295 rows, and 5 more with what is no answer, 0.0% of them otherwise."
    assert found["shadow/differing"].sentence == words


def test_answers_of_other_champions_are_no_pairs(watched: Watched, window: Window) -> None:
    other = challenge(window, chances(window), version="0")
    assert watch(watched, other) == {}
