"""How good the model is to be expected, where it is not known yet what happened."""

from typing import Any

import numpy as np

from kedro_modelops.models.scorers import find_scorer, takes_weights
from kedro_modelops.pipelines.monitoring.parameters import Monitoring
from kedro_modelops.pipelines.monitoring.signals.samples import Sample, answered, held_out
from kedro_modelops.pipelines.monitoring.signals.signal import Signal, judge, not_judged, too_few
from kedro_modelops.pipelines.monitoring.window import Window
from kedro_modelops.problem import load_problem
from kedro_modelops.roles import Roles


def estimate_performance(
    window: Window, profile: Any, serving_model: Any, problem: Roles, monitoring: Monitoring, scoring: str
) -> list[Signal]:
    """The primary metric as the model's own probabilities let expect it, set right by what they miss on held-out rows.

    Each row counts for every class as much as its probability says (Kivimäki, Białek, Nurminen, Kuberski,
    Confidence-based Estimators for Predictive Performance in Model Monitoring, JAIR 2025). It sees that inputs have
    moved to where the model is less sure; it does not see that the same inputs now lead to something else.

    Args:
        window: Predictions; only those of this version count.
        profile: Rows that the version was trained and judged on.
        serving_model: The version.
        problem: Roles of the columns.
        monitoring: What may be lost. Where enough outcomes are known, they count, and the estimate does not alert.
        scoring: Name of the primary scorer.

    Returns:
        One signal.
    """
    usual, now = held_out(profile, serving_model.estimator, problem), answered(window, serving_model)
    name, least = f"estimate/{scoring}", monitoring.min_rows
    if len(now.table) < least:
        return [too_few(name, len(now.table), least, f"predictions of version {serving_model.version}")]
    if usual.probabilities is None:
        return [not_judged(name, "Not judged: the model does not say how sure it is.")]
    if not takes_weights(scoring):
        return [not_judged(name, f"Not judged: the scorer {scoring} has no argument sample_weight.")]
    measured = usual.measure(scoring, np.arange(len(usual.target)))
    value = measured + _expected(now, scoring) - _expected(usual, scoring)
    floor = measured - monitoring.performance.get(scoring, 0.0)
    late = len(answered(window, serving_model, usual.target.dtype).target) < least
    told = "outcomes are still to come" if late else "outcomes are known, and count more"
    metric = load_problem().metric(scoring, problem.target)
    expected = f"{metric.title} is expected to be {metric.tell(value)}"
    sentence = f"{expected}; it was {metric.tell(measured)} on held-out rows; {told}."
    return [judge(name, value, floor, sentence, alert=late and not value >= floor)]


def _expected(sample: Sample, scoring: str) -> float:
    chances = np.asarray(sample.probabilities)
    rows, classes = np.arange(len(chances)), sample.model.classes_
    asked, target = np.repeat(rows, len(classes)), np.tile(classes, len(rows))
    return float(find_scorer(scoring)(sample.model, asked, target, sample_weight=chances.ravel()))
