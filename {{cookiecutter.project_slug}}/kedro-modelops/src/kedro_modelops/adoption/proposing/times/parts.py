"""Times whose parts stand in several columns: year, month and day; year and quarter; a date and the time of day."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import numpy as np
import pandas as pd

from kedro_modelops.adoption.proposing.personal_data import words_of
from kedro_modelops.adoption.proposing.times.pieces import Piece, join
from kedro_modelops.errors import RefusedError

NAMES = {
    "year": "year|yr|jahr|annee|ano|anno|jaar",
    "quarter": "quarter|qtr|quartal|trimestre",
    "month": "month|mon|mo|mth|mnth|monat|mois|mes|mese|maand",
    "day": "day|dy|day_of_month|mday|tag|jour|dia|giorno|dag",
    "hour": "hour|hr|stunde|heure|hora|ora|uur",
    "minute": "minute|minuto",
    "second": "second|segundo|secondo",
    "week": "week|wk|week_of_year|week_number|woche|kw|semaine|semana",
    "day_of_year": "day_of_year|doy|yday|julian_day",
    "date": "date|datum|fecha|data|dteday",
    "clock": "time|time_of_day|clock|uhrzeit|zeit",
}
"""What columns are called that hold a part of a time."""
CALENDAR = ("year", "month", "day", "hour", "minute", "second")
PAIRS = (("year", "quarter"), ("year", "week"), ("year", "day_of_year"), ("date", "clock"), ("date", "hour"))
"""Parts that make a time: the first two of a calendar at least, or two others."""
OCCASION = r"(\w+_)?(date|time|timestamp)|sales?|sold|order|obs(ervation)?|record|report|survey|event|visit|invoice"
"""Of what the time is: the same word before or after the name of each part. A year of birth or make is not a row's."""
OF_BIRTH = re.compile(r"birth|born|dob|geburt")
FEWEST = 10
"""Different times that are a column's of times."""


@dataclass(frozen=True)
class TimeParts:
    """A time that is made of several columns.

    Attributes:
        name: Of the column of times.
        columns: Its parts.
        code: Python that makes it of `rows`.
        example: Parts as they come.
        moment: The time that they make, by the clock of the table.
    """

    name: str
    columns: tuple[str, ...]
    code: str
    example: dict[str, Any]
    moment: str

    @property
    def told(self) -> str:
        """Its parts, in words."""
        return f"{', '.join(self.columns[:-1])} and {self.columns[-1]}"


def with_time(table: pd.DataFrame, names: Sequence[str], kept: Collection[str]) -> tuple[pd.DataFrame, TimeParts]:
    """The table with one column of times in place of its parts.

    Args:
        table: As it was read.
        names: Of the columns that hold parts.
        kept: Those that stay beside it.

    Raises:
        RefusedError: If they make no time.
    """
    joined = join_parts(table, names)
    if joined is None:
        msg = f"--time {','.join(names)}: they make no time in some row. Name year and month, with day and hour where "
        raise RefusedError(f"{msg}there are some; or year and quarter; or a date and the time of day; or `none`")
    times, made = joined
    rest = table.drop(columns=[name for name in {*made.columns, made.name} - set(kept) if name in table])
    rest.insert(min(len(rest.columns), list(table).index(made.columns[0])), made.name, times)
    return rest, made


def find_parts(table: pd.DataFrame, time: str | None, apart: Collection[str]) -> tuple[str, ...]:
    """Columns that together say when a row was; empty where there are none.

    Args:
        table: As it was read.
        time: The column of times that was found.
        apart: What is no part: the target.
    """
    for parts in _candidates([str(name) for name in table if name not in apart]):
        names = tuple(parts.values())
        if (time is None or parts.get("date") == time) and not any("," in name for name in names):
            made = join_parts(table, names)
            if made and made[0].nunique() >= FEWEST:
                return names
    return ()


def _candidates(names: Sequence[str]) -> Iterator[dict[str, str]]:
    """Columns by the part that they hold, of one occasion each, with as many parts as there are first."""
    occasions: dict[str, dict[str, str]] = {}
    for name in names:
        for part, occasion in _part_of(name):
            occasions.setdefault(occasion, {}).setdefault(part, name)
    for known in occasions.values():
        chain = list(takewhile(known.__contains__, CALENDAR))
        chains = [chain[:length] for length in range(len(chain), 1, -1)]
        for parts in (*chains, *(pair for pair in PAIRS if known.keys() >= set(pair))):
            yield {part: known[part] for part in parts}


def _part_of(name: str) -> Iterator[tuple[str, str]]:
    """Which part of a time a name may mean, and of which occasion."""
    words = words_of(name)
    for part, called in NAMES.items():
        found = re.fullmatch(rf"(?:(?P<before>{OCCASION})_)?(?:{called})(?:_(?P<after>{OCCASION}))?", words)
        if found and not OF_BIRTH.search(words):
            yield part, found["before"] or found["after"] or ""


def join_parts(table: pd.DataFrame, names: Sequence[str]) -> tuple[pd.Series, TimeParts] | None:
    """The times that columns make, and how; None where they make none in some row.

    Args:
        table: As it was read.
        names: Of the columns.
    """
    for parts in _candidates(names):
        if set(parts.values()) == set(names) and (joined := join(table, parts)):
            return joined.content, _described(table, parts, joined)
    return None


def _described(table: pd.DataFrame, parts: Mapping[str, str], joined: Piece) -> TimeParts:
    plain = ("time", "row_time") if "hour" in parts else ("date", "row_date")
    name = parts.get("date") or next(
        name for name in (*plain, "time_of_row") if name not in {words_of(str(taken)) for taken in table}
    )
    first = {part: table[part].iloc[0] for part in parts.values()}
    example = {part: value.item() if isinstance(value, np.generic) else str(value) for part, value in first.items()}
    return TimeParts(name, tuple(parts.values()), joined.code, example, joined.content.iloc[0].isoformat())
