"""Pictures of a window, as SVG."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from kedro_modelops.drawing import MOST_BARS, canvas, svg, told_of_bars
from kedro_modelops.models.slices import slice_names
from kedro_modelops.pipelines.monitoring.signals.answers import recall
from kedro_modelops.pipelines.monitoring.signals.drift import is_number
from kedro_modelops.pipelines.monitoring.window import Window

ALERT, QUIET, USUAL = "#b3261e", "#4878a8", "#b9c4cf"
MOST_SHOWN = 3
"""Features, those that are nearest to their limit or farthest beyond it."""
MOST_CATEGORIES = 15
HEIGHT = 3.2
"""Inches."""


def draw_window(window: Window, model: Any, train: pd.DataFrame, signals: list[dict[str, Any]]) -> dict[str, str]:
    """Draws what was predicted and what happened day by day, and how far features have moved.

    Args:
        window: Predictions.
        model: The estimator that made them.
        train: Rows that it was trained on.
        signals: As they stand in the report.

    Returns:
        SVG by title.
    """
    return dict([*_days(window, model), *_limits(signals), *_features(window, train, signals)])


def _days(window: Window, model: Any) -> Iterator[tuple[str, str]]:
    rows, classes = window.rows, getattr(model, "classes_", None)
    if not len(rows):
        return
    said, happened = recall(rows, model), rows["outcome"]
    if classes is None:
        told, real, title = pd.Series(said.outputs), happened, "Mean by day"
    else:
        label = classes[1] if len(classes) == 2 else rows["output"].mode()[0]  # noqa: PLR2004
        chances = np.asarray(said.probabilities)
        told = pd.Series(chances[:, list(classes).index(label)])
        real = (happened == label).astype(float).where(happened.notna())
        title = f"Share of {label} by day"
    figure, axes = canvas(HEIGHT)
    days = rows["when"].dt.tz_convert(None).dt.floor("D")
    for name, values, color in (("predicted", told, QUIET), ("happened", real, ALERT)):
        by_day = pd.to_numeric(values).groupby(days.to_numpy()).mean().dropna()
        axes.plot(by_day.index, by_day, marker=".", color=color, label=name)
    axes.set(xlim=(window.since, window.until))
    axes.legend()
    axes.tick_params(axis="x", rotation=45)
    yield title, svg(figure)


def _limits(signals: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    moved = _moved(signals)
    if moved.empty:
        return
    told, moved = told_of_bars(len(moved)), moved.head(MOST_BARS)
    figure, axes = canvas(1 + 0.28 * len(moved))
    colors = [ALERT if verdict == "alert" else QUIET for verdict in moved["verdict"]]
    axes.barh(moved["feature"][::-1], moved["ratio"][::-1], color=colors[::-1])
    axes.axvline(1, color="black", linewidth=1)
    axes.set(xlabel="distance from training; 1 is as far as is usual", title=told)
    yield "Drift of each feature", svg(figure)


def _features(window: Window, train: pd.DataFrame, signals: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for name in _moved(signals)["feature"].head(MOST_SHOWN):
        figure, axes = canvas(HEIGHT)
        sides = {"training": (train[name], USUAL), "window": (window.features[name], QUIET)}
        if is_number(train[name]):
            bins = list(np.histogram_bin_edges(pd.concat([train[name], window.features[name]]).dropna(), 30))
            for label, (values, color) in sides.items():
                weights = np.full(values.count(), 1 / values.count())
                axes.hist(values.dropna(), bins=bins, weights=weights, alpha=0.6, color=color, label=label)
        else:
            shares = pd.DataFrame(
                {label: slice_names(values).value_counts(normalize=True) for label, (values, _) in sides.items()}
            )
            shares.fillna(0).nlargest(MOST_CATEGORIES, "training").plot.bar(ax=axes, color=[USUAL, QUIET])
        axes.legend()
        yield f"{name} against training", svg(figure)


def _moved(signals: list[dict[str, Any]]) -> pd.DataFrame:
    """Features by how far they have moved, in units of what is usual; the farthest first."""
    rows = [
        (signal["name"].partition("/")[2], signal["value"] / signal["threshold"], signal["verdict"])
        for signal in signals
        if signal["name"].startswith("drift/") and signal["value"] is not None
    ]
    return pd.DataFrame(rows, columns=["feature", "ratio", "verdict"]).sort_values("ratio", ascending=False)
