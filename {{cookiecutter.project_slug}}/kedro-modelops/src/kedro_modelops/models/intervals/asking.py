"""How a model is asked for intervals, and how often they hold what happened."""

from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline


def gives_intervals(model: Any) -> bool:
    """Whether predictions come with an interval: the estimator, the last step of a pipeline, has `predict_interval`."""
    return hasattr(model[-1] if isinstance(model, Pipeline) else model, "predict_interval")


def predict_interval(model: Any, features: Any) -> np.ndarray | None:
    """The lower and the upper bound of each row, in two columns; None where the model gives none."""
    if not gives_intervals(model):
        return None
    if isinstance(model, Pipeline):
        return np.asarray(model[-1].predict_interval(model[:-1].transform(features)), dtype=float)
    return np.asarray(model.predict_interval(features), dtype=float)


def inside(intervals: np.ndarray, target: Any) -> np.ndarray:
    """Whether what happened lies in the interval of each row, its bounds included."""
    happened = np.asarray(target, dtype=float)
    return np.asarray((intervals[:, 0] <= happened) & (happened <= intervals[:, 1]))
