"""Rows that were answered, and how a metric on them compares with what is usual."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import norm

from ...problem import Problem
from ...scoring import Answers, Recorded, answer, calibration_error, score
from .answers import recall, valid
from .parameters import CALIBRATION
from .window import Window


class Sample(NamedTuple):
    """Rows that were answered.

    Attributes:
        table: Columns for slices.
        model: Gives the answers again, when asked with row numbers.
        probabilities: The answers; None for a regression.
        target: What happened; empty where it is not asked for.
    """

    table: pd.DataFrame
    model: Recorded
    probabilities: np.ndarray | None
    target: np.ndarray

    def measure(self, metric: str, rows: np.ndarray) -> float:
        """A metric on some rows, NaN if they lack a class; higher is better: of a calibration error, the negative."""
        target = self.target[rows]
        if self.probabilities is None:
            return float("nan") if metric == CALIBRATION else score(self.model, rows, target, metric)
        if len(np.unique(target)) == 1:
            return float("nan")
        if metric == CALIBRATION:
            return -calibration_error(self.probabilities[rows], self.model.classes_, target)
        return score(self.model, rows, target, metric)


def held_out(profile: Any, model: Any, problem: Problem) -> Sample:
    """The rows on which a version was judged."""
    return _sample(profile.test, answer(model, problem.features(profile.test)), model, profile.test[problem.target])


def answered(window: Window, serving_model: Any, dtype: Any = None) -> Sample:
    """The rows of a window to which this version gave valid answers; with a `dtype`, those whose outcome is known."""
    model, rows = serving_model.estimator, window.rows[window.rows["version"] == serving_model.version]
    rows = rows[valid(recall(rows, model), model)]
    rows = rows if dtype is None else rows[rows["outcome"].notna()]
    asked = window.inputs.drop(columns=window.features.columns, errors="ignore")
    target = pd.Series(dtype=object) if dtype is None else rows["outcome"].astype(dtype)
    return _sample(window.features.join(asked).loc[rows.index], recall(rows, model), model, target)


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
            there = usual.groupby(usual[column].astype(str)).indices
            for value, rows in now.groupby(now[column].astype(str)).indices.items():
                yield f"slice/{column} {value}", np.asarray(rows), np.asarray(there.get(value, []), int)
