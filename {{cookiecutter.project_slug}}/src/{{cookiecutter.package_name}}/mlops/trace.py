"""What led to a prediction."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from typing import Any

import mlflow
import pandas as pd

from ..errors import RefusedError
from . import ledger, registry
from .promotion import VERDICTS
from .store import PredictionStore

PREDICTION = ("time", "request_id", "caller", "key", "inputs", "features_hash", "output", "probabilities", "latency_ms")


def trace(prediction_id: str, months: Iterable[Callable[[], pd.DataFrame]]) -> Iterator[tuple[str, Any]]:
    """Goes from a prediction to its version, the run that trained it, commit, data, gates and deployments.

    Args:
        prediction_id: Which prediction.
        months: Those that were scored in batches, to be loaded if the store does not know it.

    Raises:
        RefusedError: If no prediction has this id.
    """
    prediction = find_prediction(prediction_id, months)
    if prediction is None:
        msg = f"the prediction store knows no {prediction_id}; PREDICTION_STORE_URL says which store is asked"
        raise RefusedError(msg)
    yield from ((name, prediction[name]) for name in PREDICTION)
    version = registry.find(prediction["model"], prediction["version"])
    yield "version", f"{version.version} of {version.name}"
    yield "run", version.run_id
    yield from registry.lineage_in(version.tags).items()
    verdicts = mlflow.artifacts.load_dict(f"runs:/{version.run_id}/{VERDICTS}")
    yield from ((f"gate {name}", verdict) for name, verdict in verdicts["gates"].items())
    for move in ledger.read(version.name):
        if move.after == version.version:
            yield f"{move.action} in {move.environment}", f"{move.at:%Y-%m-%d %H:%M} UTC, {move.who}: {move.reason}"


def find_prediction(prediction_id: str, months: Iterable[Callable[[], pd.DataFrame]]) -> dict[str, Any] | None:
    """What is stored of a prediction, online or in a batch; None if there is none of this id."""
    with closing(PredictionStore()) as store:
        if prediction := store.get(prediction_id):
            return prediction
    for load in months:
        table = load().set_index("prediction_id", drop=False)
        if prediction_id in table.index:
            return dict(table.loc[prediction_id])
    return None
