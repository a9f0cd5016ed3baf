"""Records what a model answers to some requests, for whoever deploys it: the service has to answer the same."""

from typing import Any

import pandas as pd
from sklearn.pipeline import Pipeline

from kedro_modelops.contracts.row_keys import check_keys
from kedro_modelops.models.scoring import answer
from kedro_modelops.predictions.records import features_of
from kedro_modelops.problem import load_problem


def record_golden(model: Pipeline, requests: pd.DataFrame, reference: Any) -> dict[str, list[Any]]:
    """Asks a model what callers will ask.

    Args:
        model: A fitted pipeline.
        requests: Rows of `Request`.
        reference: What rows are completed with; None where they are complete.

    Returns:
        `rows` as callers send them, `outputs`, and `probabilities` and `intervals` (null for each row where the model
        has none).

    Raises:
        RefusedError: If the keys of the requests do not follow from their rows.
    """
    problem = load_problem()
    check_keys(problem.identify, requests)
    answers = answer(model, features_of(problem.complete_rows(requests, reference)))
    chances, none = answers.probabilities, [None] * len(requests)
    return {
        "rows": [{name: _sent(value) for name, value in row.items()} for row in requests.to_dict("records")],
        "outputs": answers.outputs.tolist(),
        "probabilities": none if chances is None else chances.tolist(),
        "intervals": none if answers.intervals is None else answers.intervals.tolist(),
    }


def _sent(value: Any) -> Any:
    """A value as it stands in a request's JSON."""
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return None if pd.isna(value) else value.item() if hasattr(value, "item") else value
