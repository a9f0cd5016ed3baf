"""The steps of scoring, as the traces of requests show them."""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import pandas as pd

from kedro_modelops.models.scoring import Answers
from kedro_modelops.predictions.records import score_rows
from kedro_modelops.serving.scoring.models import ServedModel
from kedro_modelops.telemetry.spans import step


def score_in_steps(table: pd.DataFrame, reference: Any, model: ServedModel, requests: Sequence[Any]) -> dict[str, Any]:
    """Scores rows as `score_rows` does, with a span until the model is asked, and one while it is.

    Args:
        table: Rows of all requests of a batch.
        reference: What rows are completed with.
        model: Which version is asked.
        requests: Spans of the requests, None for one whose trace is not recorded.

    Returns:
        Columns of the prediction store.
    """
    with ExitStack() as features:
        features.enter_context(step("compute features", requests))

        def ask(rows: pd.DataFrame) -> Answers:
            features.close()
            with step("predict", requests):
                return model.score(rows)

        return score_rows(table, reference, model, ask)
