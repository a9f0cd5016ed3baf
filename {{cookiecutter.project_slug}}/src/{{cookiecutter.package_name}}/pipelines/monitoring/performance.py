"""How good the model is, where it is known what happened."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.stats import false_discovery_control, norm

from ...problem import Problem
from .parameters import CALIBRATION, Monitoring
from .samples import Comparison, answered, compare, held_out, slices
from .signals import Signal, judge, not_judged, too_few
from .window import Window


def watch_performance(  # noqa: PLR0913, PLR0917  (rows, model, and what is measured where)
    window: Window,
    profile: Any,
    serving_model: Any,
    problem: Problem,
    monitoring: Monitoring,
    scoring: str,
    evaluated: dict[str, Any],
    seed: int,
) -> list[Signal]:
    """Compares metrics on rows with a known outcome with those on held-out rows, in all and slice by slice.

    An alert means that the loss exceeds its tolerance beyond chance, after correction for the number of comparisons
    (Benjamini and Hochberg, 1995).

    Args:
        window: Predictions; only those of this version count.
        profile: Rows that the version was trained and judged on.
        serving_model: The version.
        problem: Roles of the columns.
        monitoring: What may be lost.
        scoring: Name of the primary scorer.
        evaluated: Slices: `columns`, and `min_samples` that each needs.
        seed: Of the draws.

    Returns:
        The signals.
    """
    usual = held_out(profile, serving_model.estimator, problem)
    now = answered(window, serving_model, usual.target.dtype)
    rows, all_usual, least = np.arange(len(now.target)), np.arange(len(usual.target)), monitoring.min_rows
    wanted = [(_name(metric), metric, rows, all_usual, lost) for metric, lost in monitoring.performance.items()]
    if len(rows) < least:
        told = f"predictions of version {serving_model.version} with a known outcome"
        return [too_few(name, len(rows), least, told) for name in [*(name for name, *_ in wanted), "slice"]]
    for name, ours, theirs in slices(now.table, usual.table, evaluated["columns"]):
        wanted.append((name, scoring, ours, theirs, monitoring.slice_tolerance))
    enough = [
        few
        for few in wanted
        if min(len(few[2]), len(few[3])) >= (least if few[2] is rows else evaluated["min_samples"])
    ]
    rng = np.random.default_rng(seed)
    found = {
        name: compare(now, usual, metric, (ours, theirs), lost, monitoring.resamples, rng)
        for name, metric, ours, theirs, lost in enough
    }
    small = [
        not_judged(name, "Not judged: too few rows, in the window or held out.")
        for name, *_ in wanted
        if name not in found
    ]
    return [*_judge(found, monitoring.confidence), *small]


def _name(metric: str) -> str:
    return metric if metric == CALIBRATION else f"performance/{metric}"


def _judge(found: dict[str, Comparison], confidence: float) -> Iterator[Signal]:
    judged = {name: one for name, one in found.items() if not np.isnan([one.value, one.usual, one.p_value]).any()}
    corrected = false_discovery_control([one.p_value for one in judged.values()]) if judged else np.array([])
    wide = norm.ppf(0.5 + confidence / 2)
    for (name, one), p_value in zip(judged.items(), corrected, strict=True):
        sign = -1 if name == CALIBRATION else 1
        label = "The calibration error" if name == CALIBRATION else name.replace("slice/", "slice ").rpartition("/")[2]
        usual = f"it was {sign * one.usual:.3f} on held-out rows, and {one.allowed:g} may be lost"
        sentence = f"{label} is {sign * one.value:.3f} ± {wide * one.error:.3f}; {usual}."
        alert = bool(p_value < 1 - confidence)
        yield judge(name, sign * one.value, sign * (one.usual - one.allowed), sentence, alert=alert)
    for name in found.keys() - judged.keys():
        yield not_judged(name, "Not judged: a class is missing, or the model gives no probabilities.")
