"""What led to a prediction."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from typing import Any

import pandas as pd

from kedro_modelops.errors import RefusedError
from kedro_modelops.predictions.prediction_store import PredictionStore
from kedro_modelops.registry import model_registry, seals
from kedro_modelops.registry.ledger import entries
from kedro_modelops.registry.promotion import VERDICTS

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
    if (interval := prediction.get("interval")) is not None:
        yield "interval", interval
    version = model_registry.find(prediction["model"], prediction["version"])
    yield "version", f"{version.version} of {version.name}"
    yield "run", version.run_id
    yield from model_registry.lineage_in(version.tags).items()
    yield from (("doubt", sentence) for sentence in seals.broken(version))
    try:
        verdicts = json.loads(seals.read_evidence(version, VERDICTS))
        yield from ((f"gate {name}", verdict) for name, verdict in verdicts["gates"].items())
    except RefusedError as error:
        yield "gates", error.message
    for move in entries.read(version.name):
        if move.after == version.version:
            yield f"{move.action} in {move.environment}", f"{move.at:%Y-%m-%d %H:%M} UTC, {move.who}: {move.reason}"


def find_prediction(prediction_id: str, months: Iterable[Callable[[], pd.DataFrame]]) -> dict[str, Any] | None:
    """What is stored of a prediction, online or in a batch; None if there is none of this id."""
    with closing(PredictionStore()) as store:
        if prediction := store.get(prediction_id):
            return prediction
    from kedro_modelops.predictions.digests import lines_of  # noqa: PLC0415
    from kedro_modelops.predictions.records import inputs_of  # noqa: PLC0415  (scikit-learn; most are found online)

    for load in months:
        table = load()
        found = table[table["prediction_id"] == prediction_id]
        if len(found):
            return dict(found.iloc[0]) | {"inputs": lines_of(inputs_of(found))[0]}
    return None
