"""Renders the sections of the team's own in the report."""

import pandas as pd
from sklearn.pipeline import Pipeline

from kedro_modelops.extensions.section import Evaluated
from kedro_modelops.pipelines.evaluation.parameters import Evaluation
from kedro_modelops.roles import Roles


def render_sections(
    model: Pipeline,
    test_set: pd.DataFrame,
    predictions: pd.DataFrame,
    metrics: dict[str, float],
    slices: pd.DataFrame,
    problem: Roles,
    evaluation: Evaluation,
) -> dict[str, str]:
    """Asks each section of `evaluation.sections`.

    Args:
        model: A fitted pipeline.
        test_set: What it has not seen.
        predictions: From `predict_test_set`.
        metrics: From `measure`.
        slices: From `measure_slices`.
        problem: Roles of the columns.
        evaluation: The sections.

    Returns:
        HTML by title.
    """
    evaluated = Evaluated(model, test_set, predictions, metrics, slices, problem)
    return {title: section.render(evaluated) for title, section in evaluation.sections.items()}
