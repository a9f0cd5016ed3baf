"""Fitted transformers applied to arrays: to columns of a few rows, without the frames that scikit-learn makes."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler

NULL = object()
"""The null of text, as a key: NaN is not equal to itself."""
UNKNOWN = "\0a category that no text of a contract is"

Block = Callable[[pd.DataFrame], np.ndarray]
"""Makes the columns that one transformer makes of features."""
Change = Callable[[np.ndarray], np.ndarray]
"""Changes a table of numbers, which is nobody else's."""


class UnknownStepError(Exception):
    """Raised for a transformer, or an option of one, that is left to scikit-learn."""


def blocks_of(columns: Any) -> Iterator[Block]:
    """What each transformer of a fitted `ColumnTransformer` does; UnknownStepError if that is not known here."""
    if type(columns) is not ColumnTransformer or columns.transformer_weights:
        raise UnknownStepError
    for _, transformer, names in columns.transformers_:
        if (isinstance(transformer, str) and transformer == "drop") or not len(names):
            continue
        if not all(isinstance(name, str) for name in names):
            raise UnknownStepError
        steps = [step for _, step in transformer.steps] if isinstance(transformer, Pipeline) else [transformer]
        if type(steps[0]) in {OrdinalEncoder, OneHotEncoder} and len(steps) == 1:
            yield _texts(names, steps[0])
        else:
            yield _numbers(names, [change for step in steps if (change := _change(step))])


def _numbers(names: Sequence[str], changes: Sequence[Change]) -> Block:
    def prepare(features: pd.DataFrame) -> np.ndarray:
        columns = [features[name] for name in names]
        kinds = {column.dtype for column in columns}
        if not all(isinstance(kind, np.dtype) and kind.kind == "f" for kind in kinds):
            raise TypeError
        table = np.stack([column.to_numpy() for column in columns], axis=1)
        if changes and np.isinf(table).any():  # is refused
            raise ValueError
        for change in changes:
            table = change(table)
        return table

    return prepare


def _change(step: Any) -> Change | None:
    """What a transformer of numbers does; None for one that changes nothing."""
    if isinstance(step, str) or (type(step) is FunctionTransformer and step.func is None):
        return None
    if type(step) is SimpleImputer:
        return _fill(step)
    if type(step) is StandardScaler:
        return lambda table: _scale(step, table)
    raise UnknownStepError


def _fill(step: SimpleImputer) -> Change:
    is_plain = step.strategy in {"mean", "median"} and not step.add_indicator
    if not is_plain or not np.isnan(step.missing_values) or np.isnan(step.statistics_).any():
        raise UnknownStepError

    def fill(table: np.ndarray) -> np.ndarray:
        rows, places = np.nonzero(np.isnan(table))
        table[rows, places] = step.statistics_.astype(step._fill_dtype)[places]
        return table

    return fill


def _scale(step: StandardScaler, table: np.ndarray) -> np.ndarray:
    if step.with_mean:
        table -= step.mean_.astype(table.dtype)
    if step.with_std:
        table /= step.scale_.astype(table.dtype)
    return table


def _texts(names: Sequence[str], encoder: OrdinalEncoder | OneHotEncoder) -> Block:
    """What an encoder makes of text: for each category it is asked once, when the model is loaded."""
    codes = [_codes(encoder, place) for place in range(len(names))]

    def prepare(features: pd.DataFrame) -> np.ndarray:
        return np.hstack([encode(features[name]) for name, encode in zip(names, codes, strict=True)])

    return prepare


def _codes(encoder: OrdinalEncoder | OneHotEncoder, place: int) -> Callable[[pd.Series], np.ndarray]:
    """The columns of one text. What has none is a KeyError: scikit-learn answers, or refuses."""
    categories = list(encoder.categories_[place])
    others = [value for value in categories if not isinstance(value, str)]
    if len(others) > 1 or not all(_is_nan(value) for value in others) or UNKNOWN in categories:
        raise UnknownStepError
    takes_unknown = encoder.handle_unknown != "error"
    if encoder.handle_unknown == "warn" or (takes_unknown and getattr(encoder, "drop", None) is not None):
        raise UnknownStepError  # there are warnings
    asked = [*categories, UNKNOWN] if takes_unknown else categories
    rows = pd.DataFrame(
        {other: [given[0]] * len(asked) for other, given in enumerate(encoder.categories_)}, dtype=object
    )
    rows[place] = pd.Series(asked, dtype=object)
    rows.columns = getattr(encoder, "feature_names_in_", rows.columns)
    encoded = encoder.transform(rows)
    widths = getattr(encoder, "_n_features_outs", [1] * len(encoder.categories_))
    first = sum(widths[:place])
    made = np.asarray(encoded.toarray() if hasattr(encoded, "toarray") else encoded)[:, first : first + widths[place]]
    known = {NULL if _is_nan(value) else value: number for number, value in enumerate(categories)}
    unknown = len(categories)

    def encode(column: pd.Series) -> np.ndarray:
        values = [NULL if _is_nan(value) else value for value in column]
        if not all(isinstance(value, str) or value is NULL for value in values):
            raise TypeError
        if takes_unknown:
            return made[[known.get(value, unknown) for value in values]]
        return made[[known[value] for value in values]]

    return encode


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and value != value  # noqa: PLR0124
