"""How good the model is, where it is known what happened."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.stats import false_discovery_control, norm

from kedro_modelops.metrics import Metric
from kedro_modelops.pipelines.monitoring.parameters import CALIBRATION, OWN_METRICS, Monitoring
from kedro_modelops.pipelines.monitoring.signals.samples import (
    Comparison,
    answered,
    compare,
    held_out,
    metric_of,
    slices,
)
from kedro_modelops.pipelines.monitoring.signals.signal import Signal, judge, not_judged, too_few
from kedro_modelops.pipelines.monitoring.window import Window
from kedro_modelops.roles import Roles


def watch_performance(  # noqa: PLR0913, PLR0917  (rows, model, and what is measured where)
    window: Window,
    profile: Any,
    serving_model: Any,
    problem: Roles,
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
    titles = {name: _title(name, metric, problem.target) for name, metric, *_ in wanted}
    return [*_judge(found, titles, monitoring.confidence), *small]


def _name(metric: str) -> str:
    return metric if metric in OWN_METRICS else f"performance/{metric}"


def _title(name: str, metric: str, target: str) -> Metric:
    """The metric of a signal, for people."""
    known, (kind, _, place) = metric_of(metric, target), name.partition("/")
    return known._replace(title=f"{known.title} of {place}") if kind == "slice" else known


def _judge(found: dict[str, Comparison], titles: dict[str, Metric], confidence: float) -> Iterator[Signal]:
    judged = {name: one for name, one in found.items() if not np.isnan([one.value, one.usual, one.p_value]).any()}
    corrected = false_discovery_control([one.p_value for one in judged.values()]) if judged else np.array([])
    wide = norm.ppf(0.5 + confidence / 2)
    for (name, one), p_value in zip(judged.items(), corrected, strict=True):
        sign = -1 if name == CALIBRATION else 1
        metric = titles[name]
        usual = f"it was {metric.tell(one.usual)} on held-out rows, and up to {one.allowed:g} worse is allowed"
        sentence = f"{metric.title} is {metric.number(one.value)} ± {metric.amount(wide * one.error)}; {usual}."
        alert = bool(p_value < 1 - confidence)
        yield judge(name, sign * one.value, sign * (one.usual - one.allowed), sentence, alert=alert)
    for name in found.keys() - judged.keys():
        yield not_judged(
            name, "Not judged: the rows lack a class or values, or the model gives no probabilities or intervals."
        )
