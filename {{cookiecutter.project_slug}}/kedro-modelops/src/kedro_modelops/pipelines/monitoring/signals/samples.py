"""Rows that were answered, and how a metric on them compares with what is usual."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import norm

from kedro_modelops.metrics import Metric
from kedro_modelops.models.intervals.asking import inside
from kedro_modelops.models.recorded_answers import Recorded
from kedro_modelops.models.scoring import Answers, answer, calibration_error, score
from kedro_modelops.models.slices import slice_names
from kedro_modelops.pipelines.monitoring.parameters import CALIBRATION, COVERAGE, OWN_METRICS
from kedro_modelops.pipelines.monitoring.signals.answers import recall, valid
from kedro_modelops.pipelines.monitoring.window import Window
from kedro_modelops.problem import load_problem
from kedro_modelops.roles import Roles


def metric_of(name: str, target: str) -> Metric:
    """The metric that is named in place of a scorer, or a scorer's, for people."""
    return OWN_METRICS.get(name) or load_problem().metric(name, target)


class Sample(NamedTuple):
    """Rows that were answered.

    Attributes:
        table: Columns for slices.
        model: Gives the answers again, when asked with row numbers.
        probabilities: The answers; None where the model gives none.
        target: What happened; empty where it is not asked for.
    """

    table: pd.DataFrame
    model: Recorded
    probabilities: np.ndarray | None
    target: np.ndarray

    def measure(self, metric: str, rows: np.ndarray) -> float:
        """A metric on some rows, NaN if they lack a class; higher is better: of a calibration error, the negative."""
        target = self.target[rows]
        if metric == COVERAGE:
            intervals = self.model.answers.get("predict_interval")
            return float("nan") if intervals is None else float(inside(intervals[rows], target).mean())
        if self.probabilities is None and metric == CALIBRATION:
            return float("nan")
        if hasattr(self.model, "classes_") and len(np.unique(target)) == 1:
            return float("nan")
        if self.probabilities is not None and metric == CALIBRATION:
            return -calibration_error(self.probabilities[rows], self.model.classes_, target)
        return score(self.model, rows, target, metric)


def held_out(profile: Any, model: Any, problem: Roles) -> Sample:
    """The rows on which a version was judged."""
    return _sample(profile.test, answer(model, problem.features(profile.test)), model, profile.test[problem.target])


def answered(window: Window, serving_model: Any, dtype: Any = None) -> Sample:
    """The rows of a window to which this version gave valid answers; with a `dtype`, those whose outcome is known."""
    model = serving_model.estimator
    rows = valid_rows(window, serving_model) if dtype is None else known_rows(window, serving_model)
    asked = window.inputs.drop(columns=window.features.columns, errors="ignore")
    target = pd.Series(dtype=object) if dtype is None else rows["outcome"].astype(dtype)
    return _sample(window.features.join(asked).loc[rows.index], recall(rows, model), model, target)


def valid_rows(window: Window, serving_model: Any) -> pd.DataFrame:
    """The rows of a window to which this version gave valid answers."""
    rows: pd.DataFrame = window.rows[window.rows["version"] == serving_model.version]
    return rows[valid(recall(rows, serving_model.estimator), serving_model.estimator)]


def known_rows(window: Window, serving_model: Any) -> pd.DataFrame:
    """Those of them whose outcome is known."""
    rows = valid_rows(window, serving_model)
    return rows[rows["outcome"].notna()]


def _sample(table: pd.DataFrame, said: Answers, model: Any, target: pd.Series) -> Sample:
    return Sample(table.reset_index(drop=True), Recorded.remember(model, said), said.probabilities, target.to_numpy())


class Comparison(NamedTuple):
    """A metric in the window against held-out rows.

    Attributes:
        value: In the window.
        error: Its standard error.
        usual: What as many held-out rows show on average.
        allowed: What may be lost.
        p_value: How likely so low a value would be, had no more been lost.
    """

    value: float
    error: float
    usual: float
    allowed: float
    p_value: float


def compare(
    now: Sample,
    usual: Sample,
    metric: str,
    rows: tuple[np.ndarray, np.ndarray],
    allowed: float,
    resamples: int,
    rng: np.random.Generator,
) -> Comparison:
    """Draws both sides anew, in as many rows as the window has: small windows are compared with small samples."""
    ours, theirs = (
        pd.Series([side.measure(metric, rng.choice(numbers, len(rows[0]))) for _ in range(resamples)])
        for side, numbers in zip((now, usual), rows, strict=True)
    )
    value, level = now.measure(metric, rows[0]), theirs.mean()
    spread = max(float(np.hypot(ours.std(), theirs.std())), np.finfo(float).tiny)
    return Comparison(value, ours.std(), level, allowed, float(norm.cdf((value - level + allowed) / spread)))


def slices(now: pd.DataFrame, usual: pd.DataFrame, columns: list[str]) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Rows of each slice on both sides; columns that predictions do not come with make none."""
    for column in columns:
        if column in now and column in usual:
            there = usual.groupby(slice_names(usual[column])).indices
            for value, rows in now.groupby(slice_names(now[column])).indices.items():
                yield f"slice/{column} {value}", np.asarray(rows), np.asarray(there.get(value, []), int)
