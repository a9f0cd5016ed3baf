"""Times that are written as numbers: dates, months, years, and seconds since 1970."""

import re
from typing import Literal

import pandas as pd

from kedro_modelops.adoption.proposing.personal_data import words_of
from kedro_modelops.adoption.tables.periods import CENTURY

YEARS, LIKELY = (1700, 2200), (1900, 2100)
"""What may be a year where somebody, or its name, says that a column holds some, and where nobody does."""
YEAR_NAMES = re.compile(
    r"((calendar|fiscal|financial|report(ing)?|survey|school|academic)_)?(year|yr|years)|fy|jahr|"
    r"(geschafts|berichts|kalender)?jahr|annee|an|ano|anno|jaar|ar|rok"
)
"""Of columns of years that say when a row was, and not when something was built."""
TIME_NAMES = re.compile(r"(^|_)(time|timestamp|date|datetime|day|when|at|on|ts|month|period)(_|$)")
"""Of columns of times that do."""
DIGITS = {"%Y%m%d": 8, "%Y%m": 6}
"""How dates and months are written as numbers, with how many digits."""
EPOCHS: dict[Literal["s", "ms"], int] = {"s": 1, "ms": 1000}
SINCE_1970 = (946_684_800, 2_208_988_800)
"""Seconds at the beginnings of 2000 and of 2040, between which times are that count from 1970."""


def numbers_as_times(table: pd.DataFrame, named: str | None) -> pd.DataFrame:
    """The table with times in place of the numbers that mean some.

    Args:
        table: As it was read.
        named: The column that a person has named as time: there, years are the moments at which they begin.
    """
    fit = [str(name) for name in table if name == named or TIME_NAMES.search(words_of(str(name)))]
    found = {name: times for name in fit if (times := _times_of_numbers(table[name])) is not None}
    if named in table.columns and (years := years_of(table[named], YEARS)) is not None:
        found[str(named)] = pd.to_datetime(years.astype(str), format="%Y")
    return table.assign(**found)


def _times_of_numbers(column: pd.Series) -> pd.Series | None:
    """Times of numbers such as 20240131, 202401, or seconds or milliseconds since 1970; None of others."""
    known = column.dropna()
    if pd.api.types.is_object_dtype(column.dtype) and known.astype(str).str.fullmatch(r"\d{6,13}").all():
        known = known.astype("int64")
    if known.empty or not pd.api.types.is_numeric_dtype(known.dtype) or pd.api.types.is_bool_dtype(known.dtype):
        return None
    for unit, of_a_second in EPOCHS.items():
        if (known / of_a_second).between(*SINCE_1970).all():
            return pd.Series(pd.to_datetime(known, unit=unit, utc=True)).reindex(column.index)
    if (known % 1 != 0).any():
        return None
    digits = known.astype("int64").astype(str)
    for form, length in DIGITS.items():
        if (digits.str.len() == length).all() and digits.str[:2].isin(["19", "20"]).all():
            times = pd.to_datetime(digits, format=form, errors="coerce")
            return times.reindex(column.index) if times.notna().all() else None
    return None


def years_of(column: pd.Series, between: tuple[int, int]) -> pd.Series | None:
    """The years that a column holds as numbers or as text; None where it holds something else, or nothing in a row.

    Of years of two digits the name has to say so, and the first year of a study is none.
    """
    if pd.api.types.is_object_dtype(column.dtype) and column.astype(str).str.fullmatch(r"\d{4}|\d{2}").all():
        column = column.astype(int)
    if column.isna().any() or not pd.api.types.is_numeric_dtype(column.dtype) or (column % 1 != 0).any():
        return None
    years = column.astype(int)
    if years.between(0, 99).all() and years.max() >= CENTURY and YEAR_NAMES.fullmatch(words_of(str(column.name))):
        years += years.lt(CENTURY).map({True: 2000, False: 1900})
    return years if years.between(*between).all() else None
