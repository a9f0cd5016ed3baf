"""A column in the form of its contract: one type, and one null."""

from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera import dtypes

from kedro_modelops.contracts.losses import LossError
from kedro_modelops.contracts.numeric import to_bool, to_number
from kedro_modelops.contracts.times import to_time

NO_TEXT = (
    "is no text: read the column as text (of CSV: `load_args: {{dtype: {{{}: str}}}}`), so that no zero in front is "
    "lost, or declare another type"
)
ZONE = "zone"
"""In a field's metadata: whose clock is meant where a time comes without a zone."""


def convert(values: pd.Series, column: Any) -> pd.Series:
    """Converts a column to the type of its contract, and its nulls to the one null of that type (NaN in text).

    Args:
        values: In any physical form: nullable, categories, Arrow, dictionaries, objects.
        column: The contract, a pandera column or level of an index.

    Raises:
        LossError: If that would lose something.
    """
    dtype = column.dtype
    target = getattr(dtype, "type", None)
    if dtypes.is_string(dtype):
        return _to_text(values, target)
    if isinstance(target, pd.CategoricalDtype):
        return _to_category(plain(values), target)
    if is_settled(values.dtype, column):
        return values
    if dtypes.is_bool(dtype):
        return to_bool(plain(values), target)
    if dtypes.is_int(dtype) or dtypes.is_float(dtype):
        return to_number(plain(values), target)
    return to_time(plain(values), target, zone(column)) if isinstance(target, pd.DatetimeTZDtype) else values


def is_settled(kind: Any, column: Any) -> bool:
    """Whether a column of this type needs no conversion, whatever its values are."""
    if isinstance(kind, pd.CategoricalDtype):  # equal ones may have their categories in another order
        return False
    return column.dtype is None or bool(kind == getattr(column.dtype, "type", None))


def zone(column: Any) -> str | None:
    """Whose clock the contract of a column means where a time comes without a zone."""
    return (column.metadata or {}).get(ZONE)


def plain(values: pd.Series) -> pd.Series:
    """The same values in a type of numpy, or as objects; times keep their zone."""
    dtype = values.dtype
    if isinstance(dtype, pd.ArrowDtype):
        import pyarrow  # noqa: PLC0415  (services do without it)

        taken = pyarrow.array(values).to_pandas(integer_object_nulls=True)
        return plain(taken.set_axis(values.index).rename(values.name))
    if isinstance(dtype, pd.SparseDtype):
        return pd.Series(values.to_numpy(), values.index, name=values.name)
    if isinstance(dtype, pd.CategoricalDtype | pd.StringDtype):
        return values.astype(object)
    kind = getattr(dtype, "numpy_dtype", None)
    if kind is None:
        return values
    if kind.kind == "f":
        return pd.Series(values.to_numpy(kind, na_value=np.nan), values.index, name=values.name)
    return values.astype(object if values.hasnans else kind)


def _to_text(values: pd.Series, target: Any) -> pd.Series:
    kind = object if isinstance(target, np.dtype) else target
    if kind is not object and values.dtype == kind:
        return values
    if kind is object and values.dtype == object and pd.api.types.infer_dtype(values, skipna=False) == "string":
        return values
    values = plain(values)
    null = values.isna()
    if pd.api.types.infer_dtype(values, skipna=True) not in {"string", "empty"} and not null.all():
        wrong = next(row for row, value in enumerate(values) if not isinstance(value, str) and not null.iloc[row])
        raise LossError(wrong, values.iloc[wrong], NO_TEXT.format(values.name))
    return values.astype(object).mask(null, np.nan).astype(kind)


def _to_category(values: pd.Series, target: pd.CategoricalDtype) -> pd.Series:
    converted = values.astype(target)
    gone = (converted.isna() & values.notna()).to_numpy()
    if gone.any():
        row = int(gone.argmax())
        raise LossError(row, values.iloc[row], f"is none of {list(target.categories)}: correct it, or add it there")
    return converted


def is_bare(column: pa.Column | pa.Index) -> bool:
    """Whether a contract declares times without a zone."""
    target = getattr(column.dtype, "type", None)
    return isinstance(target, np.dtype) and target.kind == "M"
