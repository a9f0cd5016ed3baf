"""Columns of text that hold something else: numbers, truth values, times."""

import re
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from kedro_modelops.adoption.tables.periods import times_of_periods

NULLS = {"", " ", "NULL", "null", "N/A", "n/a", "#N/A", "NaN", "nan", "?", "<NA>", "NaT"}
"""Texts by which programs write that there is no value; `NA` besides, where it is no code of two letters."""
NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
CODE = r"[+-]?0\d+(?:\.\d*)?|[+-]?\d{19,}"
"""Digits that are no number: with a zero in front, or more of them than a number holds."""
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
    "None",
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
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%d %b %Y",
    "%d-%b-%Y",
    "%b %d, %Y",
    "%d %B %Y",
    "%B %d, %Y",
    "%d.%m.%y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d-%b-%y",
    "%m/%Y",
    "%b %Y",
    "%b-%Y",
    "%B %Y",
)
CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", "T%H:%M:%S", " %H:%M:%S.%f")
ZONE = r"(?:[Zz]|UTC|GMT|[+-]\d{2}(?::?\d{2})?)"
ISO = rf"\d{{4}}-\d{{2}}(?:-\d{{2}}(?:[T ]\d{{2}}:\d{{2}}(?::\d{{2}}(?:[.,]\d+)?)?(?:\s*{ZONE})?)?)?"
DURATION = r"-?\d+ days?(?: [+-]?\d{2}:\d{2}:\d{2}(?:\.\d+)?)?"
"""How pandas writes how long something took."""
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
    if kind in {"boolean", "timedelta"}:
        return column.astype("boolean" if kind == "boolean" else "timedelta64[ns]")
    return convert_text(column.map(_as_text, na_action="ignore"), numbers=numbers)


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def without_null_words(column: pd.Series) -> pd.Series:
    """The column with null for texts that mean it."""
    known = column.dropna()
    values = set(known.unique())
    words = NULLS & values
    codes = known[~known.isin(NULLS | {"NA"})]
    if "NA" in values and not (len(codes) and codes.str.fullmatch("[A-Z]{2}").all()):
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
        zone, durations, or the text as it is.
    """
    column = without_null_words(column)
    known = column.dropna()
    if known.empty:
        return column
    if numbers and known.str.fullmatch(NUMBER).all():
        return column if known.str.fullmatch(CODE).any() else pd.to_numeric(column)
    if numbers and known.str.fullmatch(DURATION).all():
        return pd.to_timedelta(column)
    words = set(known.str.lower().unique())
    if numbers and (words <= TRUTH or words == LETTERS):
        found = column.str.lower().str.startswith("t")
        return found.astype(bool) if len(known) == len(column) else found.astype("boolean")
    return _times(column, known)


def _times(column: pd.Series, known: pd.Series) -> pd.Series:
    if known.str.fullmatch(ISO).all():
        with_zone = bool(known.str.fullmatch(rf".*:\d{{2}}[\d.,]*\s*{ZONE}").all())
        written = column.str.replace(r"\s*(?:UTC|GMT)$", "Z", regex=True)
        moments = pd.to_datetime(written, format="ISO8601", errors="coerce", utc=True)
        if moments.notna().sum() < len(known):
            return column
        return moments if with_zone else moments.dt.tz_localize(None)
    head = known.iloc[:TRIED]
    if not head.str.contains(r"\d").all():
        return column
    forms = [f"{date}{clock}" for date in FORMATS for clock in CLOCKS]
    likely = [form for form in forms if pd.to_datetime(head, format=form, errors="coerce").notna().all()]
    read = (pd.to_datetime(column, format=form, errors="coerce") for form in likely)
    fit = [moments for moments in read if moments.notna().sum() == len(known)]
    if not fit:
        periods = times_of_periods(column)
        return column if periods is None else periods
    return min(fit, key=lambda moments: moments.dt.day.nunique())  # 1/2, 1/3: firsts of months
