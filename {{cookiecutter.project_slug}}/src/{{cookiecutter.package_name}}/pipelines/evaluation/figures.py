"""Pictures of how a model does on rows that it has not seen, as SVG."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from sklearn.base import is_classifier
from sklearn.calibration import CalibrationDisplay
from sklearn.metrics import ConfusionMatrixDisplay, PrecisionRecallDisplay, PredictionErrorDisplay, RocCurveDisplay
from sklearn.pipeline import Pipeline

from ...drawing import canvas, svg
from ...problem import Problem
from ...scoring import answers_in_numbers

HEIGHT = 4.0
"""Inches."""


def draw_figures(model: Pipeline, test_set: pd.DataFrame, problem: Problem) -> dict[str, str]:
    """Draws what fits the kind of model: curves and confusion for a classifier, errors for a regression.

    Args:
        model: A fitted pipeline.
        test_set: Features, key, time and target.
        problem: Roles of the columns.

    Returns:
        SVG by title; none for a model whose answers are not all numbers.
    """
    features, target = problem.features(test_set), test_set[problem.target]
    if not answers_in_numbers(model, features):
        return {}
    if is_classifier(model):
        return dict(_classification(model.classes_, target, model.predict(features), model.predict_proba(features)))
    return dict(_regression(target, model.predict(features)))


def _classification(
    classes: np.ndarray, target: pd.Series, predicted: np.ndarray, probabilities: np.ndarray
) -> Iterator[tuple[str, str]]:
    shown = [1] if len(classes) == 2 else range(len(classes))  # noqa: PLR2004
    curves = {"ROC": RocCurveDisplay, "Precision and recall": PrecisionRecallDisplay, "Calibration": CalibrationDisplay}
    for title, display in curves.items():
        figure, axes = canvas(HEIGHT)
        options = {"n_bins": 10, "strategy": "quantile"} if display is CalibrationDisplay else {}
        for index in shown:
            display.from_predictions(
                target == classes[index], probabilities[:, index], name=str(classes[index]), ax=axes, **options
            )
        yield title, svg(figure)
    figure, axes = canvas(HEIGHT)
    ConfusionMatrixDisplay.from_predictions(target, predicted, labels=classes, ax=axes, colorbar=False, cmap="Blues")
    yield "Confusion", svg(figure)


def _regression(target: pd.Series, predicted: np.ndarray) -> Iterator[tuple[str, str]]:
    for title, kind in (("Actual and predicted", "actual_vs_predicted"), ("Residuals", "residual_vs_predicted")):
        figure, axes = canvas(HEIGHT)
        PredictionErrorDisplay.from_predictions(target, predicted, kind=kind, ax=axes)
        yield title, svg(figure)


def draw_importances(importances: pd.DataFrame) -> str:
    """Draws the importance of each feature with twice its standard deviation, the most important on top, as SVG."""
    figure, axes = canvas(1 + 0.28 * len(importances))
    ordered = importances.iloc[::-1]
    axes.barh(ordered["feature"], ordered["importance"], xerr=2 * ordered["std"], color="#4878a8")
    axes.set_xlabel("loss of the primary metric when the feature is shuffled")
    return svg(figure)
