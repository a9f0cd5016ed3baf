"""Names of slices: the values of a column, as people read them, and as two tables can be compared by them."""

from typing import Any

import pandas as pd

NULL = "(null)"
"""Name of the slice whose value is missing: rows without a value are rows."""


def slice_names(column: pd.Series) -> pd.Series:
    """Names the value of each row.

    Args:
        column: Values of any type. A null makes a column of whole numbers one of floats: 1.0 is named 1.

    Returns:
        Text, with the index of `column`; `NULL` for whatever pandas takes for missing.
    """
    return column.astype(object).map(_name, na_action="ignore").fillna(NULL).astype(object)


def _name(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def judged_slices(slices: pd.DataFrame) -> pd.DataFrame:
    """Those that are large enough, the worst first.

    Args:
        slices: From `measure_slices`, or read from its file: of a file without rows, pandas knows no types.
    """
    return slices[slices["judged"].astype(bool)].sort_values("gap")
