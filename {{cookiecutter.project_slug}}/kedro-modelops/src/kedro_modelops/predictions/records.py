"""What is kept of a prediction, online and in batches alike."""

import json
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, NamedTuple, Protocol

import pandas as pd
import pandera.pandas as pa

from kedro_modelops.contracts import normalize
from kedro_modelops.contracts.normalization import find_losses
from kedro_modelops.errors import RefusedError
from kedro_modelops.models.scoring import Answers
from kedro_modelops.predictions.digests import hash_rows, lines_of
from kedro_modelops.problem import Contract, load_problem

INPUTS = "inputs."
"""What columns are named with that hold, in a file of scored rows, what was asked."""


class Version(Protocol):
    """A version of a registered model."""

    name: str
    version: str
    run_id: str


class Scored(NamedTuple):
    """Rows that a model was asked about, in the form of their contracts.

    Attributes:
        keys: By `identify`.
        inputs: Columns of `Request`, completed.
        digests: Of the features.
        answers: What the model said.
    """

    keys: pd.Series
    inputs: pd.DataFrame
    digests: list[str]
    answers: Answers


def score(
    rows: pd.DataFrame,
    reference: Any,
    ask: Callable[[pd.DataFrame], Answers],
    identify: Callable[[pd.DataFrame], pd.Series] | None = None,
) -> Scored:
    """Completes rows, makes their keys (by default as the problem says, unchecked), and asks a model about features."""
    problem = load_problem()
    inputs = problem.complete_rows(normalize(rows, schema_of(problem.request)), reference)
    keys = (identify or problem.identify)(inputs)
    features = features_of(inputs)
    return Scored(keys, inputs, hash_rows(features), ask(features))


def score_rows(
    rows: pd.DataFrame, reference: Any, model: Version, ask: Callable[[pd.DataFrame], Answers]
) -> dict[str, list[Any]]:
    """Scores rows, and describes the predictions for the store.

    Args:
        rows: Columns of `Request`.
        reference: What rows are completed with; None where they are complete.
        model: Which version is asked.
        ask: Asks it about features.

    Returns:
        Columns of the store: `key`, `inputs` (JSON), `features_hash`, `output`, `probabilities`, `interval`, `model`,
        `version` and `run_id`.
    """
    keys, inputs, digests, answers = score(rows, reference, ask)
    count = len(rows)
    return {
        "key": keys.tolist(),
        "inputs": lines_of(inputs),
        "features_hash": digests,
        "output": answers.outputs.tolist(),
        "probabilities": [None] * count if answers.probabilities is None else answers.probabilities.tolist(),
        "interval": [None] * count if answers.intervals is None else answers.intervals.tolist(),
        "model": [model.name] * count,
        "version": [model.version] * count,
        "run_id": [model.run_id] * count,
    }


def as_table(scored: Scored, model: Version, **more: Any) -> pd.DataFrame:
    """The same columns as a table for a file: what was asked is in columns `inputs.<name>`, in their types."""
    keys, inputs, digests, answers = scored
    none = [None] * len(keys)
    described = {
        "key": keys.to_numpy(),
        "features_hash": digests,
        "output": answers.outputs,
        "probabilities": none if answers.probabilities is None else [*answers.probabilities],
        "interval": none if answers.intervals is None else [*answers.intervals],
        "model": model.name,
        "version": model.version,
        "run_id": model.run_id,
    }
    asked = {f"{INPUTS}{name}": inputs[name].array for name in inputs}
    return pd.DataFrame(described | more | asked, copy=False)


def inputs_of(table: pd.DataFrame) -> pd.DataFrame:
    """What was asked: of rows of the store, or of a file of scored rows, in which earlier versions wrote JSON too.

    Returns:
        As `read_inputs`.
    """
    typed = [name for name in map(str, table) if name.startswith(INPUTS)]
    if not typed:
        return read_inputs(table["inputs"])
    return _in_form(table[typed].rename(columns=lambda name: name.removeprefix(INPUTS)).reset_index(drop=True))


def features_of(inputs: pd.DataFrame) -> pd.DataFrame:
    """Computes features in the form of their contract: what a model is asked is what it was trained on."""
    return normalize(load_problem().compute_features(inputs), schema_of(load_problem().features))


def read_inputs(inputs: Iterable[Any]) -> pd.DataFrame:
    """Makes a table of what was asked, as it is kept: columns of `Request` in the form of their contract.

    Raises:
        RefusedError: If what is kept does not go into the contract, as it was another one then.
    """
    return _in_form(pd.DataFrame([json.loads(row) if isinstance(row, str) else row for row in inputs]))


def _in_form(table: pd.DataFrame) -> pd.DataFrame:
    schema = schema_of(load_problem().request)
    for name, loss in find_losses(table, schema):
        expected = schema.columns[name].dtype
        msg = (
            f"the inputs of stored predictions break the contract {load_problem().request.__name__}: column '{name}': "
            f"{expected} is expected, row {loss.row + 1}: {loss}. Where the contract has changed since, look at a "
            "later window, or let the contract take the former rows too"
        )
        raise RefusedError(msg)
    return normalize(table, schema)


@cache
def schema_of(contract: Contract) -> pa.DataFrameSchema:
    """The schema of a contract, made once: a contract that changes its schema takes milliseconds for it."""
    return contract.to_schema()
