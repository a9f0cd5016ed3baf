"""Columns that say when a row was: moments, years, and times that are written as numbers."""

import re
from typing import Literal

import pandas as pd

from kedro_modelops.adoption.proposing.columns import Column
from kedro_modelops.adoption.proposing.keys import REPEATS, repeats_by_chance
from kedro_modelops.adoption.proposing.personal_data import personal, words_of
from kedro_modelops.adoption.proposing.proposal import TEST_SHARE, Proposal
from kedro_modelops.errors import RefusedError

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
CENTURY = 40
"""Years of two digits from here on are of the last century."""
FEWEST_YEARS = 4
"""Different ones, of which the newest judge."""
HELD = {"whole": "whole numbers", "number": "numbers", "flag": "truth values", "text": "text"}


def numbers_as_times(table: pd.DataFrame, named: str | None) -> pd.DataFrame:
    """The table with times in place of the numbers that mean some.

    Args:
        table: As it was read.
        named: The column that a person has named as time: there, years are the moments at which they begin.
    """
    fit = [str(name) for name in table if name == named or TIME_NAMES.search(words_of(str(name)))]
    found = {name: times for name in fit if (times := _times_of_numbers(table[name])) is not None}
    if named in table.columns and (years := _years(table[named], YEARS)) is not None:
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


def find_time(proposal: Proposal) -> str | None:
    """The column of times that says when a row was: complete, and not when somebody was born."""
    times = [
        column
        for column in proposal.columns.values()
        if column.kind == "time" and column.name != proposal.target and column.nulls == 0 and column.distinct > 9  # noqa: PLR2004
    ]
    fit = [column for column in times if personal(column) is None]
    named = [column for column in fit if TIME_NAMES.search(words_of(column.name))]
    return next((column.name for column in named or fit), None)


def find_years(proposal: Proposal) -> str | None:
    """The column of years that says when a row was: named so, and each thing or the whole table has a row for each.

    A year in which something was built or bought is none: rows of one thing, or of no other one, share it by chance.
    """
    fit = [
        column
        for name, column in proposal.columns.items()
        if name != proposal.target
        and (YEAR_NAMES.fullmatch(words_of(name)) or TIME_NAMES.search(words_of(name)))
        and column.distinct >= FEWEST_YEARS
        and _years(column.content, YEARS if YEAR_NAMES.fullmatch(words_of(name)) else LIKELY) is not None
    ]
    return next((column.name for column in fit if column.unique or _is_of_a_panel(column, proposal)), None)


def _is_of_a_panel(years: Column, proposal: Proposal) -> bool:
    """Whether some column names things of which each has one row a year at most, and several years on average."""
    return any(
        column.kind in {"whole", "text"}
        and not column.nulls
        and 1 < column.distinct <= len(column.content) / FEWEST_YEARS
        and not proposal.table.duplicated([column.name, years.name]).any()
        and repeats_by_chance((column, years)) >= REPEATS
        for column in proposal.columns.values()
        if column.name not in {years.name, proposal.target}
    )


def _years(column: pd.Series, between: tuple[int, int]) -> pd.Series | None:
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


def is_new(column: Column, proposal: Proposal) -> bool:
    """Whether only the newest rows hold it, by which the model is judged: nothing can be learned of it."""
    if not (proposal.time and column.nulls):
        return False
    times = proposal.columns[proposal.time].content
    older = times < times.quantile(1 - TEST_SHARE, interpolation="nearest")
    return bool(column.content[older].isna().all())


def check_time(column: Column) -> None:
    """Refuses a column that does not say of each row when it was.

    Raises:
        RefusedError: With what it holds.
    """
    if column.kind == "time" and not column.nulls:
        return
    holds = "nothing in some rows" if column.kind == "time" else f"neither times nor years, but {HELD[column.kind]}"
    msg = f"--time {column.name}: it holds {holds}. Name another column, or `none`: then rows are divided at random"
    raise RefusedError(msg)
