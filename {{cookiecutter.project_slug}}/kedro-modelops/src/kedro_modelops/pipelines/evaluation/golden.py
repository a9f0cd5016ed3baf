"""Records what a model answers to some requests, for whoever deploys it: the service has to answer the same."""

from typing import Any

import pandas as pd
from sklearn.pipeline import Pipeline

from kedro_modelops.contracts.row_keys import check_keys
from kedro_modelops.errors import RefusedError
from kedro_modelops.models.scoring import answer
from kedro_modelops.predictions.digests import hash_rows
from kedro_modelops.predictions.records import features_of
from kedro_modelops.problem import load_problem
from kedro_modelops.roles import Roles

KNOWN_AT = "known_at"
"""Column of a reference of past outcomes."""


def record_golden(
    model: Pipeline, requests: pd.DataFrame, reference: Any, problem: Roles | None = None
) -> dict[str, list[Any]]:
    """Asks a model what callers will ask.

    Args:
        model: A fitted pipeline.
        requests: Rows of `Request`.
        reference: What rows are completed with; None where they are complete.
        problem: Which column says at what time a request is made, if past outcomes complete it.

    Returns:
        `rows` as callers send them, `outputs`, and `probabilities` and `intervals` (null for each row where the model
        has none).

    Raises:
        RefusedError: If the keys of the requests do not follow from their rows, or if they are completed with outcomes
            that were not known at their time.
    """
    check_keys(load_problem().identify, requests)
    features = features_of(load_problem().complete_rows(requests, reference))
    if problem and reference is not None and KNOWN_AT in reference.reset_index():
        _check_known(requests, reference, features, problem.time)
    answers = answer(model, features)
    chances, none = answers.probabilities, [None] * len(requests)
    return {
        "rows": [{name: _sent(value) for name, value in row.items()} for row in requests.to_dict("records")],
        "outputs": answers.outputs.tolist(),
        "probabilities": none if chances is None else chances.tolist(),
        "intervals": none if answers.intervals is None else answers.intervals.tolist(),
    }


def _check_known(requests: pd.DataFrame, reference: pd.DataFrame, features: pd.DataFrame, time: str | None) -> None:
    """Refuses features that differ from those of the outcomes known at the time of each request, its own left out."""
    if time not in requests:
        msg = f"the reference has '{KNOWN_AT}', but requests have no time ('{time}') to compare it with"
        raise RefusedError(msg)
    known = reference.reset_index()[KNOWN_AT]
    for number, asked in enumerate(requests[time]):
        then = reference[(known <= asked).to_numpy()]
        row = features_of(load_problem().complete_rows(requests.iloc[[number]], then))
        if other := [name for name in row if hash_rows(row[[name]]) != hash_rows(features.iloc[[number]][[name]])]:
            msg = (
                f"`complete` in features.py uses outcomes that are not known yet: of a request of {asked}, {other} "
                f"change if the reference has only rows with '{KNOWN_AT}' until then"
            )
            raise RefusedError(msg)


def _sent(value: Any) -> Any:
    """A value as it stands in a request's JSON."""
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return None if pd.isna(value) else value.item() if hasattr(value, "item") else value
