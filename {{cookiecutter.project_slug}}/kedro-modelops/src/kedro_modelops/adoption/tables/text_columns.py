"""Columns of text that hold something else: numbers, truth values, times."""

import re
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

NULLS = {"NULL", "null", "N/A", "n/a", "#N/A", "NaN", "nan", "None", "?", "<NA>", "NaT"}
"""Texts by which programs write that there is no value; `NA` besides, where it is no code of two letters."""
NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
LEADING_ZERO = r"[+-]?0\d+(?:\.\d*)?"
NO_NUMBERS = {
    "-",
    "--",
    "\u2013",
    "\u2014",
    ".",
    "..",
    ":",
    "*",
    "n.a.",
    "k.A.",
    "#DIV/0!",
    "#VALUE!",
    "#REF!",
    "#NUM!",
}
"""Texts that stand for a value that is missing among numbers, and there alone."""
TRUTH, LETTERS = {"true", "false"}, {"t", "f"}
FORMATS = (
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%Y/%m/%d",
    "%d %b %Y",
    "%d-%b-%Y",
    "%b %d, %Y",
    "%d %B %Y",
    "%d.%m.%y",
    "%m/%d/%y",
)
CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", "T%H:%M:%S", " %H:%M:%S.%f")
ISO = r"\d{4}-\d{2}(?:-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s*(?:[Zz]|[+-]\d{2}:?\d{2}))?)?)?"
TRIED = 1000
"""Rows on which a form of times is tried before all are read by it."""


def settle_type(column: pd.Series, *, numbers: bool) -> pd.Series:
    """The column in a type of numpy where it has one; text may hold times, in files of cells numbers too."""
    if isinstance(column.dtype, pd.CategoricalDtype | pd.StringDtype | pd.ArrowDtype):
        column = column.astype(object).where(column.notna(), np.nan)
    if column.dtype != object:
        return column
    known = column.dropna()
    kind = pd.api.types.infer_dtype(known, skipna=True)
    if kind == "string":
        return convert_text(column, numbers=numbers)
    if kind in {"date", "datetime", "datetime64"}:
        return pd.to_datetime(column, errors="coerce")
    if kind in {"decimal", "mixed-integer-float", "integer", "floating"} or all(isinstance(v, Decimal) for v in known):
        return pd.to_numeric(column.map(float, na_action="ignore"))
    if kind == "boolean":
        return column.astype("boolean")
    return column.map(_as_text, na_action="ignore")


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def without_null_words(column: pd.Series) -> pd.Series:
    """The column with null for texts that mean it."""
    known = column.dropna()
    values = set(known.unique())
    words = NULLS & values
    if "NA" in values and not known[~known.isin(NULLS)].str.fullmatch("[A-Z]{2}").all():
        words |= {"NA"}
    marks, others = NO_NUMBERS & values, values - words - NO_NUMBERS
    if marks and others and all(re.search(r"\d", value) and not re.search("[A-Za-z]{4}", value) for value in others):
        words |= marks
    return column.mask(column.isin(words), None) if words else column


def convert_text(column: pd.Series, *, numbers: bool = True) -> pd.Series:
    """Gives a column of text the type that all of its values have.

    Args:
        column: Texts and nulls.
        numbers: Whether numbers and truth values may be written as text; else times alone.

    Returns:
        Numbers (none of which is written with a zero in front: these are codes), truth values, times with or without a
        zone, or the text as it is.
    """
    column = without_null_words(column)
    known = column.dropna()
    if known.empty:
        return column
    if numbers and known.str.fullmatch(NUMBER).all():
        return column if known.str.fullmatch(LEADING_ZERO).any() else pd.to_numeric(column)
    words = set(known.str.lower().unique())
    if numbers and (words <= TRUTH or words == LETTERS):
        found = column.str.lower().str.startswith("t")
        return found.astype(bool) if len(known) == len(column) else found.astype("boolean")
    return _times(column, known)


def _times(column: pd.Series, known: pd.Series) -> pd.Series:
    if known.str.fullmatch(ISO).all():
        if known.str.fullmatch(r"\d{4}-\d{2}-\d{2}.*(?:[Zz]|[+-]\d{2}:?\d{2})").all() and (known.str.len() > 10).all():  # noqa: PLR2004  (a date)
            return pd.to_datetime(column, format="ISO8601", utc=True, errors="coerce")
        moments = pd.to_datetime(column, format="ISO8601", errors="coerce", utc=True)
        return moments.dt.tz_localize(None) if moments.notna().sum() == len(known) else column
    head = known.iloc[:TRIED]
    for form in (f"{date}{clock}" for date in FORMATS for clock in CLOCKS):
        if pd.to_datetime(head, format=form, errors="coerce").notna().all():
            moments = pd.to_datetime(column, format=form, errors="coerce")
            if moments.notna().sum() == len(known):
                return moments
    return column
