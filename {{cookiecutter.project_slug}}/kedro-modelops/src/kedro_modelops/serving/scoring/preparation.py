"""Columns prepared for an estimator without a data frame between the steps, where that gives the same bytes.

A `ColumnTransformer` takes milliseconds for one row, nearly all of them for frames that it makes on the way. What a
fitted transformer does to a few rows is known when the model is loaded.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OrdinalEncoder

MOST_ROWS = 256
"""With more of them scikit-learn is faster, as it looks up each value of a column once."""
NULL = object()
"""The null of text, as a key: NaN is not equal to itself."""

Prepare = Callable[[pd.DataFrame], Any]
Column = Callable[[pd.Series], Any]


class UnknownStepError(Exception):
    """Raised for a transformer, or an option of one, that is left to scikit-learn."""


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
        columns = list(_columns(model))
        made, expected = _by_column(columns, few), usual(few)
    except (UnknownStepError, KeyError, TypeError, ValueError):
        return usual
    if not isinstance(expected, np.ndarray):  # a frame, whose names the estimator has learned, or a sparse matrix
        return usual
    if made.dtype != expected.dtype or made.tobytes() != np.ascontiguousarray(expected).tobytes():
        return usual

    def prepare(features: pd.DataFrame) -> Any:
        if len(features) > MOST_ROWS:
            return usual(features)
        try:
            return _by_column(columns, features)
        except (KeyError, TypeError, ValueError):  # scikit-learn says what is wrong with them
            return usual(features)

    return prepare


def _by_column(columns: list[tuple[str, Column]], features: pd.DataFrame) -> np.ndarray:
    return np.stack([prepare(features[name]) for name, prepare in columns], axis=1)


def _columns(model: Pipeline) -> Iterator[tuple[str, Column]]:
    """Each column that the estimator gets: of which feature it is made, and how."""
    if len(model.steps) != 2 or type(model[0]) is not ColumnTransformer or model[0].transformer_weights:  # noqa: PLR2004
        raise UnknownStepError
    for _, transformer, names in model[0].transformers_:
        if transformer == "drop" or not len(names):
            continue
        steps = [transformer] if not isinstance(transformer, Pipeline) else [step for _, step in transformer.steps]
        if len(steps) != 1 or not all(isinstance(name, str) for name in names):
            raise UnknownStepError
        yield from zip(names, _each_column(steps[0], len(names)), strict=True)


def _each_column(step: Any, count: int) -> list[Column]:
    if isinstance(step, str) or (type(step) is FunctionTransformer and step.func is None):
        return [_number] * count
    if type(step) is not OrdinalEncoder or step._infrequent_enabled:
        raise UnknownStepError
    return [_codes(categories, step) for categories in step.categories_]


def _number(column: pd.Series) -> np.ndarray:
    if not isinstance(column.dtype, np.dtype) or column.dtype.kind != "f":
        raise TypeError
    return column.to_numpy()


def _codes(categories: np.ndarray, encoder: OrdinalEncoder) -> Column:
    """The codes of a column of text. What is not known is a KeyError, unless the encoder has a code for it."""
    texts = {value: code for code, value in enumerate(categories) if isinstance(value, str)}
    others = [value for value in categories if not isinstance(value, str)]
    if len(others) > 1 or not all(_is_nan(value) for value in others):
        raise UnknownStepError
    known: dict[Any, Any] = texts | dict.fromkeys([NULL] * len(others), encoder.encoded_missing_value)
    has_other, other = encoder.handle_unknown == "use_encoded_value", encoder.unknown_value

    def encode(column: pd.Series) -> np.ndarray:
        values = [NULL if _is_nan(value) else value for value in column]
        if not all(isinstance(value, str) or value is NULL for value in values):
            raise TypeError
        codes = [known.get(value, other) for value in values] if has_other else [known[value] for value in values]
        return np.array(codes, encoder.dtype)

    return encode


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and value != value  # noqa: PLR0124
