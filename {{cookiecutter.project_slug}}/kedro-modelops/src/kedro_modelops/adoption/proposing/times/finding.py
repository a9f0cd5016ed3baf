"""The column that says when a row was: of times, or of years; or several that do so together."""

from typing import Any

import pandas as pd

from kedro_modelops.adoption.proposing.columns import Column
from kedro_modelops.adoption.proposing.keys import REPEATS, repeats_by_chance
from kedro_modelops.adoption.proposing.personal_data import personal, words_of
from kedro_modelops.adoption.proposing.proposal import TEST_SHARE, Proposal
from kedro_modelops.adoption.proposing.times.numbers import (
    LIKELY,
    TIME_NAMES,
    YEAR_NAMES,
    YEARS,
    numbers_as_times,
    years_of,
)
from kedro_modelops.adoption.proposing.times.parts import FEWEST, TimeParts, find_parts, with_time
from kedro_modelops.adoption.proposing.wishes import Wishes
from kedro_modelops.errors import RefusedError

FEWEST_YEARS = 4
"""Different ones, of which the newest judge."""
HELD = {"whole": "whole numbers", "number": "numbers", "flag": "truth values", "text": "text"}


def with_named_times(table: pd.DataFrame, wishes: Wishes) -> tuple[pd.DataFrame, TimeParts | None]:
    """The table with times in place of numbers that mean some, and of the columns that a person names as parts of one.

    Args:
        table: As it was read.
        wishes: What a person has said of it.

    Returns:
        The table, and how its time is made of several columns; None where it is not.
    """
    found = numbers_as_times(table, wishes.time)
    columns = [str(name) for name in found]
    names = wishes.time_columns(columns)
    if len(names) < 2 or not set(names) <= set(columns):  # noqa: PLR2004  (one name is no part)
        return found, None
    return with_time(found, names, {*wishes.keep, *wishes.key_columns(columns), wishes.group or ""})


def find_time(proposal: Proposal) -> str | None:
    """The column of times that says when a row was: complete, and not when somebody was born."""
    times = [
        column
        for column in proposal.columns.values()
        if column.kind == "time" and column.name != proposal.target and column.nulls == 0 and column.distinct >= FEWEST
    ]
    fit = [column for column in times if personal(column) is None]
    named = [column for column in fit if TIME_NAMES.search(words_of(column.name))]
    return next((column.name for column in named or fit), None)


def other_time(proposal: Proposal, table: pd.DataFrame, wishes: Wishes) -> dict[str, Any]:
    """What a person would say who sees a time in several columns, or in years; empty where there is none.

    Args:
        proposal: With the column of times that was found.
        table: As it was read, with times in place of numbers that mean some.
        wishes: What was said so far.
    """
    apart = {proposal.target, *wishes.drop, *wishes.after, *wishes.personal}
    if parts := find_parts(table, proposal.time, apart):
        alone = set(proposal.columns) <= {proposal.target, *parts}
        return {"time": ",".join(parts)} | ({"keep": (*wishes.keep, *parts[1:])} if alone else {})
    years = None if proposal.time else find_years(proposal)
    return {"time": years} if years else {}


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
        and years_of(column.content, YEARS if YEAR_NAMES.fullmatch(words_of(name)) else LIKELY) is not None
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
