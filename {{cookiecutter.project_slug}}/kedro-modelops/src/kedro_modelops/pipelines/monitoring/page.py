"""One self-contained page about a window, for people: it needs no network and no server."""

from itertools import groupby
from typing import Any

import jinja2

from kedro_modelops.metrics import find_metric
from kedro_modelops.pipelines.monitoring.figures import draw_window
from kedro_modelops.pipelines.monitoring.verdict import WORDS
from kedro_modelops.pipelines.monitoring.window import Window
from kedro_modelops.roles import Roles

PAGE = jinja2.Environment(
    loader=jinja2.FileSystemLoader(__file__.rpartition("page.py")[0]),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
)
TITLES = {
    "performance": "How good the model was",
    "slice": "How good it was in each slice",
    "calibration": "Whether its probabilities hold",
    "coverage": "Whether its intervals hold what happens",
    "estimate": "How good it is expected to be",
    "recent": "How the last days were",
    "shift": "What is predicted, and what happens",
    "drift": "Whether inputs are like those of the training",
    "shadow": "How a challenger would have answered",
}
OTHERS = "Everything else"
SCORED = ("performance", "estimate")
"""Signals whose name goes on with a scorer's."""


def draw_page(report: dict[str, Any], window: Window, profile: Any, serving_model: Any, problem: Roles) -> str:
    """Renders the page.

    Args:
        report: From `decide`.
        window: Predictions.
        profile: Rows that the version was trained on.
        serving_model: The version.
        problem: Roles of the columns.

    Returns:
        HTML with all styles and pictures in it.
    """
    signals, measured = report["signals"], window._replace(features=problem.measured(window.features))
    ranks = [*TITLES.values(), OTHERS]
    titled = sorted(((_title(signal["name"]), signal) for signal in signals), key=lambda pair: ranks.index(pair[0]))
    return PAGE.get_template("monitoring.html.j2").render(
        report=report,
        read=_read,
        word=WORDS[report["state"]],
        alerts=[signal for signal in signals if signal["verdict"] == "alert"],
        judged=sum(signal["verdict"] != "not_judged" for signal in signals),
        traffic=next(signal["sentence"] for signal in signals if signal["name"] == "traffic"),
        groups={title: [signal for _, signal in pairs] for title, pairs in groupby(titled, key=lambda pair: pair[0])},
        figures=draw_window(measured, serving_model.estimator, problem.measured(profile.train), signals),
    )


def _read(name: str, figure: float) -> str:
    """A figure of a signal: an error without the minus that scorers give it."""
    kind, _, scorer = name.partition("/")
    return f"{find_metric(scorer).read(figure) if kind in SCORED else figure:.4g}"


def _title(name: str) -> str:
    return TITLES.get(name.partition("/")[0], OTHERS)
