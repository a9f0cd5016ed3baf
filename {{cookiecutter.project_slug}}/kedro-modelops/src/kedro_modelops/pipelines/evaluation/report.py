"""One self-contained page about a model, for people: it needs no network and no server."""

import json
from typing import Any

import jinja2
import pandas as pd
from markdown_it import MarkdownIt

from kedro_modelops.pipelines.evaluation.figures import draw_importances
from kedro_modelops.pipelines.evaluation.parameters import Evaluation
from kedro_modelops.problem import load_problem
from kedro_modelops.roles import Roles

PAGE = jinja2.Environment(
    loader=jinja2.FileSystemLoader(__file__.rpartition("report.py")[0]),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
)


def render_report(  # noqa: PLR0913, PLR0917  (a page for all that was found)
    model_card: str,
    gates: dict[str, Any],
    metrics: dict[str, float],
    slices: pd.DataFrame,
    importances: pd.DataFrame,
    search_results: pd.DataFrame,
    figures: dict[str, str],
    sections: dict[str, str],
    evaluation: Evaluation,
    scoring: str,
    problem: Roles,
) -> str:
    """Renders the page.

    Args:
        model_card: From `write_model_card`.
        gates: From `judge_gates`.
        metrics: From `measure`.
        slices: From `measure_slices`.
        importances: From `measure_importances`.
        search_results: What the search tried, the best first.
        figures: SVG by title.
        sections: From `render_sections`.
        evaluation: What each metric means.
        scoring: Name of the primary metric.
        problem: Which column is predicted.

    Returns:
        HTML with all styles and pictures in it.
    """
    known = load_problem()
    primary = known.metric(scoring, problem.target)
    return PAGE.get_template("report.html.j2").render(
        model_card=MarkdownIt().enable("table").render(model_card),
        gates=gates,
        metrics=metrics,
        measured=[(known.metric(name, problem.target), meaning) for name, meaning in evaluation.metrics.items()],
        primary=primary,
        slices=slices.to_dict("records"),
        min_samples=evaluation.slices.min_samples,
        tried=[row | {"settings": _readable(row["settings"])} for row in search_results.to_dict("records")],
        useless=importances.loc[~importances["useful"], "feature"].tolist(),
        sections=sections,
        figures=figures | {"Importance of the features": draw_importances(importances, primary)},
    )


def _readable(settings: str) -> str:
    values: dict[str, Any] = json.loads(settings)
    return ", ".join(f"{name} {value}" for name, value in values.items()) or "as they are"
