"""Pictures of how a model does on rows that it has not seen, as SVG."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from sklearn.base import is_classifier
from sklearn.calibration import CalibrationDisplay
from sklearn.metrics import ConfusionMatrixDisplay, PrecisionRecallDisplay, PredictionErrorDisplay, RocCurveDisplay
from sklearn.pipeline import Pipeline

from kedro_modelops.drawing import MOST_BARS, canvas, svg, told_of_bars
from kedro_modelops.metrics import Metric
from kedro_modelops.models.scorers import present_classes
from kedro_modelops.models.scoring import answers_in_numbers
from kedro_modelops.pipelines.evaluation.over_time import draw_over_time
from kedro_modelops.problem import load_problem
from kedro_modelops.roles import Roles

CHANCES = "predict_proba"
HEIGHT = 4.0
"""Inches."""
AXES = {
    "ROC": {"xlabel": "false positive rate", "ylabel": "true positive rate"},
    "Precision and recall": {"xlabel": "recall", "ylabel": "precision"},
    "Calibration": {"xlabel": "mean predicted probability", "ylabel": "share that it happened to"},
}


def draw_figures(model: Pipeline, test_set: pd.DataFrame, problem: Roles, scoring: str) -> dict[str, str]:
    """Draws what fits the kind of model: confusion and, by its probabilities, curves for a classifier; else errors.

    Where rows have a time, also the primary metric over time.

    Args:
        model: A fitted pipeline.
        test_set: Features, key, time and target.
        problem: Roles of the columns.
        scoring: Name of the primary scorer.

    Returns:
        SVG by title; none for a model whose answers are not all numbers.
    """
    features, target = problem.features(test_set), test_set[problem.target]
    if not answers_in_numbers(model, features):
        return {}
    over_time = draw_over_time(model, test_set, problem, scoring) if problem.time else {}
    if is_classifier(model):
        curves = _curves(model.classes_, target, model.predict_proba(features)) if hasattr(model, CHANCES) else ()
        return dict([*curves, _confusion(model.classes_, target, model.predict(features))]) | over_time
    return dict(_regression(target, model.predict(features), problem.target)) | over_time


def _curves(classes: np.ndarray, target: pd.Series, probabilities: np.ndarray) -> Iterator[tuple[str, str]]:
    shown = [1] if len(classes) == 2 else present_classes(classes, target)  # noqa: PLR2004
    curves = {"ROC": RocCurveDisplay, "Precision and recall": PrecisionRecallDisplay, "Calibration": CalibrationDisplay}
    for title, display in curves.items():
        figure, axes = canvas(HEIGHT)
        options = {"n_bins": 10, "strategy": "quantile"} if display is CalibrationDisplay else {}
        for index in shown:
            display.from_predictions(
                target == classes[index], probabilities[:, index], name=str(classes[index]), ax=axes, **options
            )
        axes.set(**AXES[title])  # the display's own name the class, of which each curve has another
        yield title, svg(figure)


def _confusion(classes: np.ndarray, target: pd.Series, predicted: np.ndarray) -> tuple[str, str]:
    figure, axes = canvas(HEIGHT)
    ConfusionMatrixDisplay.from_predictions(target, predicted, labels=classes, ax=axes, colorbar=False, cmap="Blues")
    return "Confusion", svg(figure)


def _regression(target: pd.Series, predicted: np.ndarray, name: str) -> Iterator[tuple[str, str]]:
    unit = load_problem().unit_of(name)
    named = f"{name}, {unit}" if unit and unit != name else name
    kinds = {
        "Actual and predicted": ("actual_vs_predicted", f"actual {named}"),
        "Residuals": ("residual_vs_predicted", f"actual minus predicted {named}"),
    }
    for title, (kind, label) in kinds.items():
        figure, axes = canvas(HEIGHT)
        PredictionErrorDisplay.from_predictions(target, predicted, kind=kind, ax=axes)
        axes.set(xlabel=f"predicted {named}", ylabel=label)
        yield title, svg(figure)


def draw_importances(importances: pd.DataFrame, metric: Metric) -> str:
    """Draws the importance of features with twice its standard deviation, the most important on top, as SVG.

    Of many features, `importances.csv` has those that the picture leaves out.
    """
    shown = importances.head(MOST_BARS)
    figure, axes = canvas(1 + 0.28 * len(shown))
    ordered = shown.iloc[::-1]
    axes.barh(ordered["feature"], ordered["importance"], xerr=2 * ordered["std"], color="#4878a8")
    loss = "rise" if metric.is_error else "fall"
    axes.set_xlabel(f"{loss} of {metric.heading} when the feature is shuffled")
    if told := told_of_bars(len(importances)):
        axes.set_title(f"{told} features; importances.csv has all")
    return svg(figure)
