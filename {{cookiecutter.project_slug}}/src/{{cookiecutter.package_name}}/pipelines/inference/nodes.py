"""Scores whole months with the model that serves."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol

import pandas as pd

from ...errors import RefusedError
from ...mlops.records import Version, score_rows
from ...schemas import Request
from ...scoring import answer
from .parameters import Inference

Months = dict[str, Callable[[], pd.DataFrame]]
"""Rows by month; a month is loaded, or scored, when its function is called."""

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
        RefusedError: If there are no rows of the month that is asked for.
    """
    if inference.month and inference.month not in arrived:
        msg = f"no rows for inference.month={inference.month}; there are {', '.join(sorted(arrived))}"
        raise RefusedError(msg)
    wanted = [inference.month] if inference.month else sorted(arrived)
    return {month: partial(_score, month, arrived[month], serving_model, reference) for month in wanted}


def _score(month: str, load: Callable[[], pd.DataFrame], model: Registered, reference: Any) -> pd.DataFrame:
    rows = load()
    asked = rows[[name for name in Request.to_schema().columns if name in rows]]
    table = pd.DataFrame(score_rows(asked, reference, model, partial(answer, model.estimator)))
    return table.assign(
        prediction_id=f"{model.name}-{model.version}-" + table["key"],
        request_id=f"inference-{month}",
        time=datetime.now(UTC),
        latency_ms=float("nan"),
        caller="inference",
    )


def deliver_scores(scores: Months) -> Months:
    """Leaves, of scored months, what those who asked for them want to know."""
    return {month: partial(_delivered, load) for month, load in scores.items()}


def _delivered(load: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    return load()[DELIVERED]
