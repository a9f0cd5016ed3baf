"""Cases that a model can be asked about: held-out rows, and predictions that were made."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import pandas as pd

from kedro_modelops.errors import RefusedError
from kedro_modelops.predictions.records import features_of, read_inputs
from kedro_modelops.predictions.trace import find_prediction
from kedro_modelops.roles import Roles


class Case(NamedTuple):
    """One row, and what is known of it.

    Attributes:
        features: The row as the model sees it.
        version: Number of the version that answered it; None if it was held out.
        record: What was asked, by field; empty if it was held out.
        happened: What really happened, as far as it is known.
    """

    features: pd.DataFrame
    version: str | None
    record: dict[str, Any]
    happened: Any


def find_case(key: str, problem: Roles, test_set: pd.DataFrame, months: Iterable[Callable[[], pd.DataFrame]]) -> Case:
    """Looks for a key among the held-out rows, and for an id among the predictions.

    Args:
        key: Key of a held-out row, or id of a prediction.
        problem: Roles of the columns.
        test_set: The held-out rows.
        months: Predictions that were made in batches, to be loaded if it is needed.

    Raises:
        RefusedError: If it is neither.
    """
    rows = test_set[test_set[problem.key].astype(str) == key].head(1)
    if len(rows):
        return Case(problem.features(rows), None, {}, rows[problem.target].iloc[0])
    prediction = find_prediction(key, months)
    if prediction is None:
        first = test_set[problem.key].iloc[0]
        msg = f"no held-out row has the {problem.key} {key} (the first has {first}), and no prediction has this id"
        raise RefusedError(msg)
    inputs = read_inputs([prediction["inputs"]])
    return Case(features_of(inputs), str(prediction["version"]), dict(inputs.iloc[0]), "not known here")
