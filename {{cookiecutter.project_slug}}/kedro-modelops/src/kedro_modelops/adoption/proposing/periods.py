"""Whether the files of a folder are periods, so that later ones can be taken in beside them."""

import re

import pandas as pd

from kedro_modelops.adoption.proposing.columns import Column
from kedro_modelops.adoption.proposing.keys import REPEATS, repeats_by_chance
from kedro_modelops.adoption.proposing.personal_data import words_of
from kedro_modelops.adoption.proposing.proposal import Proposal
from kedro_modelops.adoption.tables.periods import WORDS, find_frequency, period_named, periods_of
from kedro_modelops.errors import RefusedError

YEARS, LIKELY = (1700, 2200), (1900, 2100)
"""What may be a year where somebody says that a column holds some, and where nobody does."""
YEAR_NAMES = re.compile(
    r"((calendar|fiscal|financial|report(ing)?|survey|school|academic)_)?(year|yr|years)|fy|jahr|"
    r"(geschafts|berichts|kalender)?jahr|annee|an|ano|anno|jaar|ar|rok"
)
"""Of columns of years that say when a row was, and not when something was built."""
TIME_NAMES = re.compile(r"(^|_)(time|timestamp|date|datetime|day|when|at|on|ts|month|period)(_|$)")
"""Of columns of times that do."""
FEWEST_YEARS = 4
"""Different ones, of which the newest judge."""
HELD = {"whole": "whole numbers", "number": "numbers", "flag": "truth values", "text": "text"}


def years_as_times(table: pd.DataFrame, name: str | None) -> pd.DataFrame:
    """The table with the beginnings of the years that a column holds; as it is where it holds something else."""
    years = _years(table[name], YEARS) if name in table.columns else None
    return table if years is None else table.assign(**{str(name): pd.to_datetime(years.astype(str), format="%Y")})


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
        and _years(column.content, LIKELY) is not None
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
    """The years that a column holds as numbers or as text; None where it holds something else, or nothing in a row."""
    if pd.api.types.is_object_dtype(column.dtype) and column.astype(str).str.fullmatch(r"\d{4}").all():
        column = column.astype(int)
    if column.isna().any() or not pd.api.types.is_numeric_dtype(column.dtype):
        return None
    return column.astype(int) if (column.between(*between) & (column % 1 == 0)).all() else None


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


def with_periods(proposal: Proposal, files: pd.Series | None) -> Proposal:
    """Divides a table by periods as its files do; where that is not so, says why it becomes one table.

    Args:
        proposal: With time and zone.
        files: Name of the file of each row; None for what is no folder.
    """
    if files is None:
        return proposal
    every = find_frequency(files.unique())
    if every is None:
        return proposal.but(undivided="the names of its files are no periods, such as 2024-01")
    if not proposal.time:
        return proposal.but(undivided="no column says when a row was (--time)")
    named = files.map({name: period_named(name, every) for name in files.unique()})
    was = periods_of(proposal.columns[proposal.time].content, proposal.zone, every)
    if others := int((named.to_numpy() != was.to_numpy()).sum()):
        clock = f"going by {proposal.time} and the clock of {proposal.zone} (--time, --time-zone)"
        return proposal.but(undivided=f"{others:,} rows are of another {WORDS[every]} than their file, {clock}")
    return proposal.but(every=every)
