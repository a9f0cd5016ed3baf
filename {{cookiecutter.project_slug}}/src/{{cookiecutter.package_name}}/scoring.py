"""Scores of models, by the names of scikit-learn's scorers."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.ensemble._forest import ForestClassifier
from sklearn.metrics import get_scorer
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if

METHODS = ("predict", "predict_proba")
CLASS_IS_LIKELIEST = (ForestClassifier, HistGradientBoostingClassifier)
"""Their class is the likeliest one by definition: to ask for it too would take as long again."""


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


class Answers(NamedTuple):
    """What a model says of some rows, and how likely it holds each class; a regression holds none."""

    outputs: np.ndarray
    probabilities: np.ndarray | None


def answer(model: Pipeline, features: pd.DataFrame) -> Answers:
    """Asks a model for classes and probabilities at once, preparing the columns once only.

    Args:
        model: A fitted pipeline.
        features: What it is asked.

    Returns:
        The same as its `predict` and `predict_proba`.

    Raises:
        ValueError: If an answer is no number.
    """
    prepared, estimator = model[:-1].transform(features), model[-1]
    chances: Any = estimator.predict_proba(prepared) if hasattr(estimator, "predict_proba") else None
    if isinstance(estimator, CLASS_IS_LIKELIEST):
        outputs = estimator.classes_.take(np.argmax(chances, axis=1))
    else:
        outputs = estimator.predict(prepared)
    if not np.isfinite(outputs if chances is None else chances).all():
        msg = "the model answers with something that is no number"
        raise ValueError(msg)
    return Answers(outputs, chances)


def calibration_error(probabilities: np.ndarray, classes: np.ndarray, target: np.ndarray, bins: int = 10) -> float:
    """How far probabilities are from frequencies: the expected calibration error, in bins of equal width.

    Naeini, Cooper, Hauskrecht, Obtaining Well Calibrated Probabilities Using Bayesian Binning, AAAI 2015. With two
    classes the probability of the second is looked at, with more of them that of the predicted one.
    """
    chances, happened = likeliest(probabilities, classes, target)
    told = pd.Series(chances)
    interval = pd.cut(told, list(np.linspace(0, 1, bins + 1)), include_lowest=True)
    return float((pd.Series(happened) - told).groupby(interval, observed=True).sum(min_count=1).abs().sum() / len(told))


def likeliest(probabilities: np.ndarray, classes: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The probability of the second of two classes, else that of the predicted one, and whether it was that class."""
    if len(classes) == 2:  # noqa: PLR2004
        return probabilities[:, 1], target == classes[1]
    return probabilities.max(axis=1), target == classes[probabilities.argmax(axis=1)]


class Recorded:
    """A model's answers to some rows, to be scored again and again on some of them: it is asked with row numbers."""

    def __init__(self, model: Any, features: pd.DataFrame) -> None:
        """Asks the model, once."""
        self._tags = get_tags(model)
        self._answers = {name: getattr(model, name)(features) for name in METHODS if hasattr(model, name)}
        if hasattr(model, "classes_"):
            self.classes_ = model.classes_

    @classmethod
    def remember(cls, model: Any, said: Answers) -> "Recorded":
        """Answers that the model gave earlier."""
        recorded = cls.__new__(cls)
        recorded._tags = get_tags(model)
        chances = {} if said.probabilities is None else {"predict_proba": said.probabilities}
        recorded._answers = {"predict": said.outputs} | chances
        if hasattr(model, "classes_"):
            recorded.classes_ = model.classes_
        return recorded

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
