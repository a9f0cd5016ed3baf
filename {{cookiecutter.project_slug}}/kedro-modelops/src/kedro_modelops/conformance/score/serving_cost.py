"""What a prediction costs, and what each feature needs."""

import time
from typing import Any

import numpy as np
import pandas as pd

from kedro_modelops.conformance.score.last_run import Evidence
from kedro_modelops.models.scoring import answer
from kedro_modelops.predictions.records import features_of
from kedro_modelops.problem import load_problem
from kedro_modelops.tracking.resources import HOUR, Prices

TRIED = 40
"""Predictions of one row each, of which the slowest count."""
SLOWEST = 99


def measure_costs(evidence: Evidence) -> dict[str, Any]:
    """Answers rows one by one, as the service does without its network, and looks what each feature is made from.

    One function computes all features, so that time cannot be told apart among them; bytes and columns can.

    Args:
        evidence: Of the project, with the catalog's `requests` and `reference`.

    Returns:
        `latency_p99_ms`, `cost_per_thousand` (of processor time), and of each of the `features` its `bytes` a row, the
        columns that it is computed `from`, and which of these are `looked_up` where the row comes without.
    """
    problem, rows, reference = load_problem(), pd.DataFrame(evidence.load("requests")), evidence.load("reference")
    answer(evidence.model, features_of(problem.complete_rows(rows.head(1), reference)))
    taken, used = [], time.process_time()
    for number in range(TRIED):
        began, row = time.perf_counter(), rows.iloc[[number % len(rows)]]
        answer(evidence.model, features_of(problem.complete_rows(row, reference)))
        taken.append(1000 * (time.perf_counter() - began))
    seconds = (time.process_time() - used) / TRIED
    prices = Prices.model_validate(evidence.parameters["prices"])
    complete = problem.complete_rows(rows, reference)
    features = features_of(complete)
    weights = features.memory_usage(index=False, deep=True) / max(len(features), 1)
    origins = _origins(complete, features)
    return {
        "rows": TRIED,
        "latency_p99_ms": float(np.percentile(taken, SLOWEST)),
        "cost_per_thousand": 1000 * seconds / HOUR * prices.core_hour,
        "currency": prices.currency,
        "features": [
            {
                "feature": str(name),
                "bytes": float(weights[name]),
                "from": origins[name],
                "looked_up": [column for column in origins[name] if column not in rows],
            }
            for name in features.columns
        ],
    }


def _origins(complete: pd.DataFrame, features: pd.DataFrame) -> dict[Any, list[str]]:
    """Columns with which a feature changes, when their values are handed out anew among the rows."""
    origins: dict[Any, list[str]] = {name: [] for name in features.columns}
    problem = load_problem()
    for column in complete.columns:
        turned = complete[column].iloc[np.roll(np.arange(len(complete)), 1)].set_axis(complete.index)
        changed = problem.compute_features(complete.assign(**{str(column): turned}))
        for name in features.columns:
            before, after = features[name].astype(object), changed[name].astype(object)
            if not ((before == after) | (before.isna() & after.isna())).all():
                origins[name].append(str(column))
    return origins
