"""What each step of a request costs, for those who want to know which one to make faster."""

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

from pydantic_core import to_json
from sklearn import config_context
from threadpoolctl import threadpool_limits

from kedro_modelops.models.scoring import answer
from kedro_modelops.predictions.digests import hash_rows, lines_of
from kedro_modelops.predictions.prediction_store import PredictionStore
from kedro_modelops.predictions.records import features_of
from kedro_modelops.problem import load_problem
from kedro_modelops.serving.observing import Metrics
from kedro_modelops.serving.requests.contract import RequestContract, Row
from kedro_modelops.serving.scoring.batching import Job
from kedro_modelops.serving.scoring.models import ModelSlot
from kedro_modelops.serving.scoring.scorer import Scorer
from kedro_modelops.serving.scoring.storage import Storage

REPEATS, FIRST = 50, 5
"""How often a request is measured, after so many that are not."""
REST, ALL = "everything else", "all, without HTTP"


def request_costs(slot: ModelSlot, rows: Sequence[Row]) -> dict[str, float]:
    """Milliseconds of each step of a request with these rows: medians, with one thread, as the service scores.

    What is predicted goes into an SQLite database that is gone afterwards, and not into the prediction store.

    Raises:
        Exception: Why the rows are not answered.
    """
    problem, body = load_problem(), to_json({"dataframe_records": rows})
    contract = RequestContract(problem.request, dict(problem.example), len(rows))
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(PredictionStore(f"sqlite:///{folder}/predictions.db")) as store,
        threadpool_limits(1),
        config_context(skip_parameter_validation=True),
    ):
        storage = _TimedStorage(store)
        scorer = Scorer(slot, contract, storage, Metrics())
        found = [_measure(slot, contract, body, scorer) for _ in range(FIRST + REPEATS)][FIRST:]
    medians = {name: statistics.median(costs[name] for costs in found) for name in found[0]}
    medians["store"] = statistics.median(storage.milliseconds[FIRST:])
    whole = medians.pop(ALL)
    return medians | {REST: whole - sum(medians.values()), ALL: whole}


def _measure(slot: ModelSlot, contract: RequestContract, body: bytes, scorer: Scorer) -> dict[str, float]:
    problem, model, clock = load_problem(), slot.current, _Clock()
    rows, _ = clock.time("read JSON", contract.read, body)
    table = clock.time("table of the contract", contract.table, rows)
    clock.time("rules of the contract", lambda: list(contract.broken_rules(table)))
    inputs = clock.time("complete", problem.complete_rows, table, slot.reference.table)
    clock.time("keys (identify)", problem.identify, inputs)
    features = clock.time("compute_features", features_of, inputs)
    clock.time("digests and JSON", lambda: (hash_rows(features), lines_of(inputs)))
    prepared = clock.time("transformers", model.prepare, features)
    clock.time("model", answer, model.estimator, features, lambda _: prepared)
    job = Job(contract.read(body)[0], "profile", "profile", time.monotonic())
    clock.time(ALL, scorer.work, [job])
    if job.error:
        raise job.error
    clock.milliseconds[ALL] += clock.milliseconds["read JSON"]
    return clock.milliseconds


class _Clock:
    """Calls functions, and notes how long each took."""

    def __init__(self) -> None:
        self.milliseconds: dict[str, float] = {}

    def time(self, name: str, function: Callable[..., Any], *arguments: Any) -> Any:
        began = time.perf_counter()
        result = function(*arguments)
        self.milliseconds[name] = 1000 * (time.perf_counter() - began)
        return result


class _TimedStorage(Storage):
    """Notes how long it takes to store."""

    def __init__(self, store: PredictionStore) -> None:
        super().__init__(store)
        self.milliseconds: list[float] = []

    def keep(self, predictions: Sequence[dict[str, Any]], requests: Sequence[dict[str, Any]]) -> None:
        clock = _Clock()
        clock.time("store", super().keep, predictions, requests)
        self.milliseconds += clock.milliseconds.values()
