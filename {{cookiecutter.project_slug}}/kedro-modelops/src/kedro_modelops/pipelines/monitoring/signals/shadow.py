"""What a challenger in shadow would have answered, beside what the champion did answer."""

from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control, norm

from kedro_modelops.pipelines.monitoring.parameters import Monitoring
from kedro_modelops.pipelines.monitoring.signals.answers import recall, valid
from kedro_modelops.pipelines.monitoring.signals.samples import Sample, answered, metric_of
from kedro_modelops.pipelines.monitoring.signals.signal import Signal, Verdict, judge, not_judged, too_few
from kedro_modelops.pipelines.monitoring.window import Window
from kedro_modelops.roles import Roles

Sides = tuple[Window, Window]


def watch_shadow(
    window: Window, profile: Any, serving_model: Any, problem: Roles, monitoring: Monitoring, seed: int
) -> list[Signal]:
    """Compares a challenger's answers with the champion's, on the same rows: pair by pair.

    How often and how far they differ is told, and not judged. Where it is known what happened, an alert means that the
    challenger is worse than the champion by more than `performance` allows, beyond chance, after correction for the
    number of metrics.

    Args:
        window: Predictions; only those of this version that a challenger has scored too count.
        profile: Rows that the version was trained and judged on.
        serving_model: The version.
        problem: Roles of the columns.
        monitoring: What may be lost.
        seed: Of the draws.

    Returns:
        The signals, about the challenger of the newest pair; none where no challenger was in shadow.
    """
    rows = window.rows[window.rows["version"] == serving_model.version]
    if "shadow_version" not in rows or not rows["shadow_version"].notna().any():
        return []
    version = rows.loc[rows["shadow_version"].notna(), "shadow_version"].iloc[-1]
    rows = rows[rows["shadow_version"] == version]
    shadow = rows.assign(output=rows["shadow_output"], probabilities=rows["shadow_probabilities"])
    shadow = shadow.assign(interval=rows.get("shadow_interval"))
    good = [valid(recall(side, serving_model.estimator), serving_model.estimator) for side in (rows, shadow)]
    pairs, broken = good[0] & good[1], int((~good[1]).sum())
    sides = (window._replace(rows=rows[pairs]), window._replace(rows=shadow[pairs]))
    if pairs.sum() < monitoring.min_rows:
        return [too_few("shadow/differing", int(pairs.sum()), monitoring.min_rows, f"pairs with version {version}")]
    told = f"version {version} would have answered {int(pairs.sum()):,} rows" + (
        f", and {broken:,} more with what is no answer" if broken else ""
    )
    dtype = profile.test[problem.target].dtype
    champion, challenger = (answered(side, serving_model, dtype) for side in sides)
    return [
        *_apart(sides, serving_model, problem, monitoring, told),
        *_better(champion, challenger, monitoring, problem, str(version), np.random.default_rng(seed)),
    ]


def _apart(sides: Sides, serving_model: Any, problem: Roles, monitoring: Monitoring, told: str) -> list[Signal]:
    """How often the answers differ, and how far the scores are apart on average."""
    was, would = (recall(side.rows, serving_model.estimator) for side in sides)
    numbers = was.outputs.dtype.kind == "f"
    same = np.isclose(was.outputs, would.outputs) if numbers else was.outputs == would.outputs
    share = float(1 - np.mean(same))
    differing = f"{told}, {share:.1%} of them otherwise."
    signals = [Signal("shadow/differing", Verdict.OK, differing[:1].upper() + differing[1:], share)]
    classes = getattr(serving_model.estimator, "classes_", None)
    if classes is None:
        apart, what = would.outputs - was.outputs, f"{problem.target} that it predicts"
    elif was.probabilities is None or would.probabilities is None:
        return signals
    else:
        label = classes[1] if len(classes) == 2 else pd.Series(was.outputs).mode()[0]  # noqa: PLR2004
        place = list(classes).index(label)
        apart, what = (would.probabilities - was.probabilities)[:, place], f"probability of {label} that it gives"
    half = float(norm.ppf(0.5 + monitoring.confidence / 2) * apart.std(ddof=1) / np.sqrt(len(apart)))
    sentence = f"The {what} is {apart.mean():+.4g} ± {half:.2g} beside the champion's, on average."
    return [*signals, Signal("shadow/difference", Verdict.OK, sentence, float(apart.mean()))]


def _better(
    champion: Sample, challenger: Sample, monitoring: Monitoring, problem: Roles, version: str, rng: np.random.Generator
) -> list[Signal]:
    """By how much each metric would be better, drawing pairs anew: what is hard for both is no difference."""
    count = len(champion.target)
    if count < monitoring.min_rows:
        return [too_few("shadow/performance", count, monitoring.min_rows, "pairs with a known outcome")]
    draws = [rng.integers(count, size=count) for _ in range(monitoring.resamples)]
    found, signals = [], []
    for metric, allowed in monitoring.performance.items():
        gains = [
            challenger.measure(metric, rows) - champion.measure(metric, rows) for rows in [np.arange(count), *draws]
        ]
        spread = max(float(pd.Series(gains[1:]).std()), np.finfo(float).tiny)
        if np.isnan(gains[0]) or np.isnan(spread):
            signals.append(
                not_judged(f"shadow/{metric}", "Not judged: the pairs lack a class, probabilities or intervals.")
            )
        else:
            found.append((metric, gains[0], spread, allowed))
    p_values = [norm.cdf((gain + lost) / spread) for _, gain, spread, lost in found]
    corrected = false_discovery_control(p_values) if p_values else np.array([])
    for (metric, gain, spread, lost), p_value in zip(found, corrected, strict=True):
        half = float(norm.ppf(0.5 + monitoring.confidence / 2) * spread)
        shown = metric_of(metric, problem.target)
        sentence = (
            f"{shown.title} would be {shown.change(gain)} ± {shown.amount(half)} by version {version}, on {count:,} "
            f"pairs with a known outcome; up to {lost:g} worse is allowed."
        )
        alert = bool(p_value < 1 - monitoring.confidence)
        signals.append(judge(f"shadow/{metric}", gain, -lost, sentence, alert=alert))
    return signals
