"""What is kept of a prediction, online and in batches alike."""

from hashlib import blake2b
from typing import Any

import pandas as pd

from ..features import identify
from ..scoring import Answers


def describe(inputs: pd.DataFrame, features: pd.DataFrame, answers: Answers) -> dict[str, list[Any]]:
    """Describes predictions for the store.

    Args:
        inputs: Rows, completed.
        features: What was computed from them.
        answers: What the model said of them.

    Returns:
        Columns of the store: `key`, `inputs` (JSON), `features_hash` (of their JSON), `output` and `probabilities`.
    """
    return {
        "key": identify(inputs).tolist(),
        "inputs": _lines(inputs),
        "features_hash": hash_rows(features),
        "output": answers.outputs.tolist(),
        "probabilities": [None] * len(inputs) if answers.probabilities is None else answers.probabilities.tolist(),
    }


def hash_rows(table: pd.DataFrame) -> list[str]:
    """A hash of each row, by which rows computed here and there can be told apart."""
    return [blake2b(line.encode(), digest_size=16).hexdigest() for line in _lines(table)]


def _lines(table: pd.DataFrame) -> list[str]:
    text = table.to_json(orient="records", lines=True, date_format="iso", date_unit="us", double_precision=15)
    return text.splitlines()
