"""Scores of models, by the names of scikit-learn's scorers."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import get_scorer
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if

METHODS = ("predict", "predict_proba")


def score(model: Any, features: Any, target: Any, scoring: str) -> float:
    """How well a model answers; higher is better.

    Args:
        model: A fitted estimator.
        features: What it is asked.
        target: What would be right.
        scoring: Name of a scikit-learn scorer.

    Returns:
        The score; NaN for a model whose answers are not all numbers, so that its gates can say so, and for rows that
        lack a class without which the scorer says nothing.
    """
    try:
        return float(get_scorer(scoring)(model, features, target))
    except ValueError:
        lacks_a_class = len(np.unique(target)) < len(getattr(model, "classes_", []))
        if answers_in_numbers(model, features) and not lacks_a_class:
            raise
        return float("nan")


def answers(model: Any, features: Any) -> np.ndarray:
    """What a model says: a column of probabilities for each class, or one column of predictions where it has none."""
    if hasattr(model, "predict_proba"):
        return np.asarray(model.predict_proba(features))
    return np.asarray(model.predict(features)).reshape(-1, 1)


def answers_in_numbers(model: Any, features: Any) -> bool:
    """Whether nothing that a model says is null or infinite."""
    said = answers(model, features)
    return not pd.isna(said).any() and not np.isin(said, [np.inf, -np.inf]).any()


class Recorded:
    """A model's answers to some rows, to be scored again and again on some of them: it is asked with row numbers."""

    def __init__(self, model: Any, features: pd.DataFrame) -> None:
        """Asks the model, once."""
        self._tags = get_tags(model)
        self._answers = {name: getattr(model, name)(features) for name in METHODS if hasattr(model, name)}
        if hasattr(model, "classes_"):
            self.classes_ = model.classes_

    def __sklearn_tags__(self) -> Any:
        """What the model's are: above all, classifier or regressor."""
        return self._tags

    def predict(self, rows: np.ndarray) -> np.ndarray:
        """The model's predictions for these rows."""
        return np.take(self._answers["predict"], rows)

    @available_if(lambda self: "predict_proba" in self._answers)  # type: ignore[untyped-decorator]
    def predict_proba(self, rows: np.ndarray) -> np.ndarray:
        """The model's probabilities for these rows."""
        return np.take(self._answers["predict_proba"], rows, axis=0)
