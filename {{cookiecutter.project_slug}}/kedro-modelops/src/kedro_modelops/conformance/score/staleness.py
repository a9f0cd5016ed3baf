"""Replays how a model ages: fitted on the past up to a moment, and asked about ever later rows."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from kedro_modelops.models.estimators import fit_arguments
from kedro_modelops.models.scoring import score
from kedro_modelops.roles import Roles

PERIODS, FITS = 8, 4
"""Into how many parts of equal length the time is divided, and how many models are fitted."""


def replay(
    model: Pipeline, train_set: pd.DataFrame, test_set: pd.DataFrame, problem: Roles, scoring: str
) -> list[dict[str, Any]]:
    """Fits the model's settings on rows up to several moments, and scores each on all periods after its own.

    Args:
        model: A fitted pipeline, whose settings are taken.
        train_set: Rows with their target.
        test_set: Later ones.
        problem: Roles of the columns; `time` is one of them.
        scoring: Name of the primary scorer.

    Returns:
        For each age in periods its `days` (from the newest row of the training to the middle of the period), the mean
        `score` (NaN where no period could be scored), and of how many `models`.
    """
    rows = problem.in_time_order(pd.concat([train_set, test_set], ignore_index=True))
    moments = rows[str(problem.time)]
    period = pd.cut(moments, PERIODS, labels=False)
    length = (moments.max() - moments.min()) / PERIODS / pd.Timedelta(days=1)
    found: dict[int, list[float]] = {}
    for last in range(PERIODS - 1 - FITS, PERIODS - 1):
        learned = rows[period <= last]
        if learned[problem.target].nunique() < 2:  # noqa: PLR2004  (nothing to learn)
            continue
        features, target = problem.features(learned), learned[problem.target]
        fitted = clone(model).fit(features, target, **fit_arguments(learned, problem))
        for later in range(last + 1, PERIODS):
            asked = rows[period == later]
            value = _score(fitted, asked, problem, scoring)
            found.setdefault(later - last, []).append(value)
    return [_described(age, values, length) for age, values in sorted(found.items())]


def _score(fitted: Pipeline, asked: pd.DataFrame, problem: Roles, scoring: str) -> float:
    """NaN where the period has no rows, or lacks a class."""
    classes = getattr(fitted, "classes_", ())
    if len(asked) < 2 or asked[problem.target].nunique() < len(classes):  # noqa: PLR2004  (a scorer needs two rows)
        return float("nan")
    return score(fitted, problem.features(asked), asked[problem.target], scoring)


def _described(age: int, values: list[float], length: float) -> dict[str, Any]:
    known = [value for value in values if np.isfinite(value)]
    mean = float(np.mean(known)) if known else float("nan")
    return {"days": (age - 0.5) * length, "score": mean, "models": len(known)}
