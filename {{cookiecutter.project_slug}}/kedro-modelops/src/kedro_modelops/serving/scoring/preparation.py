"""Columns prepared for an estimator without a data frame between the steps, where that gives the same bytes.

A `ColumnTransformer` takes milliseconds for one row, nearly all of them for frames that it makes on the way. What a
fitted transformer does to a few rows is known when the model is loaded.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.pipeline import Pipeline

from kedro_modelops.serving.scoring.transformers import Block, UnknownStepError, blocks_of

MOST_ROWS = 256
"""With more of them scikit-learn is faster, as it looks up each value of a column once."""
FEWEST_ROWS = 2
"""Of an example that shows how scikit-learn lays a table out in memory: products of a row have no other order."""

Prepare = Callable[[pd.DataFrame], Any]


def prepare_fast(model: Pipeline, example: pd.DataFrame) -> Prepare:
    """What prepares features for the last step of a model.

    Args:
        model: A fitted pipeline.
        example: Rows on which both ways are compared.

    Returns:
        A function that gives just what `model[:-1].transform` gives, which it asks itself about many rows, and about
        all where a transformer is not known here or the example is prepared otherwise.
    """
    usual: Prepare = model[:-1].transform
    few = example.head(MOST_ROWS)
    try:
        if len(model.steps) != 2 or len(few) < FEWEST_ROWS:  # noqa: PLR2004
            return usual
        blocks, expected = list(blocks_of(model[0])), usual(few)
        made = _laid_out(_by_block(blocks, few), expected)
    except (UnknownStepError, KeyError, TypeError, ValueError):
        return usual
    if not _is_same(made, expected):
        return usual

    def prepare(features: pd.DataFrame) -> Any:
        if len(features) > MOST_ROWS:
            return usual(features)
        try:
            return _laid_out(_by_block(blocks, features), expected)
        except (KeyError, TypeError, ValueError):  # scikit-learn says what is wrong with them
            return usual(features)

    return prepare


def _by_block(blocks: Sequence[Block], features: pd.DataFrame) -> np.ndarray:
    return np.hstack([block(features) for block in blocks])


def _laid_out(table: np.ndarray, expected: Any) -> Any:
    """The table as scikit-learn's own is laid out: sums of products may be rounded otherwise in another order."""
    if sparse.issparse(expected):
        kind: Any = type(expected)
        return kind(table)
    if not isinstance(expected, np.ndarray):  # a frame, whose names the estimator has learned
        raise UnknownStepError
    return np.asfortranarray(table) if expected.flags.fnc else np.ascontiguousarray(table)


def _is_same(made: Any, expected: Any) -> bool:
    if sparse.issparse(expected):
        parts = ("data", "indices", "indptr")
        return type(made) is type(expected) and all(
            _is_same(getattr(made, part), getattr(expected, part)) for part in parts
        )
    layout = made.flags.fnc == expected.flags.fnc
    return bool(layout and made.dtype == expected.dtype and made.tobytes() == expected.tobytes())
