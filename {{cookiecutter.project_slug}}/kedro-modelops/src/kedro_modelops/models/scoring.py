"""Scores of models, by the names of scorers."""

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.ensemble._forest import ForestClassifier
from sklearn.pipeline import Pipeline

from kedro_modelops.errors import RefusedError
from kedro_modelops.models.intervals.asking import predict_interval
from kedro_modelops.models.scorers import find_scorer

CLASS_IS_LIKELIEST = (ForestClassifier, HistGradientBoostingClassifier)
"""Their class is the likeliest one by definition: to ask for it too would take as long again."""


def score(model: Any, features: Any, target: Any, scoring: str) -> float:
    """How well a model answers; higher is better.

    Args:
        model: A fitted estimator.
        features: What it is asked.
        target: What would be right.
        scoring: Name of a scorer: see `scorers.py`.

    Returns:
        The score; NaN for a model whose answers are not all numbers, so that its gates can say so, and for rows that
        lack a class without which the scorer says nothing.

    Raises:
        RefusedError: If the scorer needs probabilities, which the model does not give: those of a prediction are kept
            and watched, and nothing else that it says.
    """
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "y_pred contains classes not in y_true")
            return float(find_scorer(scoring)(model, features, target))
    except AttributeError as error:
        if hasattr(model, "predict_proba"):
            raise
        msg = (
            f"{scoring} needs probabilities, and the model gives none: wrap it, as in "
            "{class: sklearn.calibration.CalibratedClassifierCV, options: {estimator: {class: sklearn.svm.SVC}}}, "
            "or name scorers that go by predictions, such as balanced_accuracy"
        )
        raise RefusedError(msg) from error
    except ValueError:
        lacks_a_class = len(np.unique(target)) < len(getattr(model, "classes_", []))
        if answers_in_numbers(model, features) and not lacks_a_class:
            raise
        return float("nan")


def answers(model: Any, features: Any) -> np.ndarray:
    """What a model says, in numbers: a column for each class, or a regression's one column of predictions.

    Where a classifier gives no probabilities, the class that it predicts has 1 and the others have 0.
    """
    if hasattr(model, "predict_proba"):
        return np.asarray(model.predict_proba(features))
    predicted = np.asarray(model.predict(features)).reshape(-1, 1)
    return (predicted == model.classes_).astype(float) if hasattr(model, "classes_") else predicted


def answers_in_numbers(model: Any, features: Any) -> bool:
    """Whether nothing that a model says is null or infinite."""
    chances = model.predict_proba(features) if hasattr(model, "predict_proba") else None
    return _are_sound(model.predict(features) if chances is None else chances)


def _are_sound(said: Any) -> bool:
    """Whether no class or number is null or infinite."""
    values = np.asarray(said)
    numbers = [value for value in values.ravel() if isinstance(value, float)] if values.dtype == object else values
    finite = np.asarray(numbers).dtype.kind not in "fc" or bool(np.isfinite(numbers).all())
    return finite and not pd.isna(values).any()


class Answers(NamedTuple):
    """What a model says of some rows, how likely it holds each class, and between which bounds a number lies.

    Chances and bounds are None where it does not say.
    """

    outputs: np.ndarray
    probabilities: np.ndarray | None
    intervals: np.ndarray | None = None


def answer(model: Pipeline, features: pd.DataFrame, prepare: Callable[[pd.DataFrame], Any] | None = None) -> Answers:
    """Asks a model for classes and probabilities at once, preparing the columns once only.

    Args:
        model: A fitted pipeline.
        features: What it is asked.
        prepare: What prepares the columns, if not the pipeline itself.

    Returns:
        The same as its `predict`, `predict_proba` and `predict_interval`.

    Raises:
        ValueError: If an answer is no number.
    """
    prepared, estimator = (prepare or model[:-1].transform)(features), model[-1]
    chances: Any = estimator.predict_proba(prepared) if hasattr(estimator, "predict_proba") else None
    if isinstance(estimator, CLASS_IS_LIKELIEST):
        outputs = estimator.classes_.take(np.argmax(chances, axis=1))
    else:
        outputs = estimator.predict(prepared)
    if not _are_sound(outputs if chances is None else chances):
        msg = "the model answers with something that is no number"
        raise ValueError(msg)
    intervals = predict_interval(estimator, prepared)
    if intervals is not None and not np.isfinite(intervals).all():
        msg = "the model answers with an interval whose bounds are no numbers"
        raise ValueError(msg)
    return Answers(outputs, chances, intervals)


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
