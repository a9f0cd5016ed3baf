"""Scores whole months with the model that serves."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol

import pandas as pd

from kedro_modelops.contracts.row_keys import check_keys
from kedro_modelops.errors import RefusedError
from kedro_modelops.models.scoring import answer
from kedro_modelops.pipelines.inference.parameters import Inference
from kedro_modelops.predictions.digests import hash_table
from kedro_modelops.predictions.records import Version, as_table, schema_of, score
from kedro_modelops.predictions.row_claims import stated
from kedro_modelops.predictions.rows_by_key import RowsByKey
from kedro_modelops.problem import load_problem

Months = dict[str, Callable[[], pd.DataFrame]]
"""Rows by month; a month is loaded, or scored, when its function is called."""

logger = logging.getLogger(__name__)

DELIVERED = ["key", "output", "probabilities", "model", "version", "prediction_id"]


class Registered(Version, Protocol):
    """A version, and what it learned."""

    estimator: Any


def score_months(arrived: Months, serving_model: Registered, reference: Any, inference: Inference) -> Months:
    """Scores each month, one in memory at a time, as the service would score its rows.

    Args:
        arrived: Rows by month; columns that `Request` does not have are left out.
        serving_model: Which version answers.
        reference: What rows are completed with; None where they are complete.
        inference: Which month.

    Returns:
        Rows of the prediction store by month. Their ids follow from version and key: scored again, a row has the same.

    Raises:
        RefusedError: If there are no rows of the month that is asked for, or, once a month is scored, if its keys do
            not follow from its rows or stand for several.
    """
    if inference.month and inference.month not in arrived:
        msg = f"no rows for inference.month={inference.month}; there are {', '.join(sorted(arrived))}"
        raise RefusedError(msg)
    if reference is not None:
        logger.info("Rows are completed with reference %s", hash_table(reference))
    wanted = [inference.month] if inference.month else sorted(arrived)
    return {month: partial(_score, month, arrived[month], serving_model, reference) for month in wanted}


def _score(month: str, load: Callable[[], pd.DataFrame], model: Registered, reference: Any) -> pd.DataFrame:
    rows, problem = load(), load_problem()
    asked = rows[[name for name in schema_of(problem.request).columns if name in rows]]
    scored = score(asked, reference, partial(answer, model.estimator), partial(check_keys, problem.identify))
    if (shared := scored.keys.duplicated(keep=False)).any():
        RowsByKey().add(month, scored.keys[shared], stated(scored.inputs[shared]))
    return as_table(
        scored,
        model,
        prediction_id=f"{model.name}-{model.version}-" + scored.keys.to_numpy(),
        request_id=f"inference-{month}",
        time=datetime.now(UTC),
        latency_ms=float("nan"),
        caller="inference",
    )


def deliver_scores(scores: Months) -> Months:
    """Leaves, of scored months, what those who asked for them want to know."""
    return {month: partial(_delivered, load) for month, load in scores.items()}


def _delivered(load: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    scored = load()
    return scored[[*DELIVERED, *(["interval"] if scored["interval"].notna().any() else [])]]
