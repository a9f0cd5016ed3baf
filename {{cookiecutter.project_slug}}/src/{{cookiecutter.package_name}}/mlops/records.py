"""What is kept of a prediction, online and in batches alike."""

import json
from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import Any, Protocol

import pandas as pd

from .. import features as yours
from ..schemas import Request
from ..scoring import Answers


class Version(Protocol):
    """A version of a registered model."""

    name: str
    version: str
    run_id: str


def score_rows(
    rows: pd.DataFrame, reference: Any, model: Version, ask: Callable[[pd.DataFrame], Answers]
) -> dict[str, list[Any]]:
    """Completes rows, computes their features, asks a model, and describes its predictions for the store.

    Args:
        rows: Columns of `Request`.
        reference: What rows are completed with; None where they are complete.
        model: Which version is asked.
        ask: Asks it about features.

    Returns:
        Columns of the store: `key`, `inputs` (JSON), `features_hash` (of their JSON), `output`, `probabilities`,
        `model`, `version` and `run_id`.
    """
    inputs = rows if reference is None else yours.complete(rows, reference)
    features = yours.compute_features(inputs)
    answers, count = ask(features), len(rows)
    return {
        "key": yours.identify(inputs).tolist(),
        "inputs": _lines(inputs),
        "features_hash": hash_rows(features),
        "output": answers.outputs.tolist(),
        "probabilities": [None] * count if answers.probabilities is None else answers.probabilities.tolist(),
        "model": [model.name] * count,
        "version": [model.version] * count,
        "run_id": [model.run_id] * count,
    }


def read_inputs(inputs: Iterable[Any]) -> pd.DataFrame:
    """Makes a table of what was asked, as it is kept: columns of `Request` with their types."""
    table = pd.DataFrame([json.loads(row) if isinstance(row, str) else row for row in inputs])
    columns = Request.to_schema().columns
    return table.astype({name: column.dtype.type for name, column in columns.items() if name in table})


def hash_rows(table: pd.DataFrame) -> list[str]:
    """A hash of each row, by which rows computed here and there can be told apart."""
    return [blake2b(line.encode(), digest_size=16).hexdigest() for line in _lines(table)]


def _lines(table: pd.DataFrame) -> list[str]:
    text = table.to_json(orient="records", lines=True, date_format="iso", date_unit="us", double_precision=15)
    return text.splitlines()
