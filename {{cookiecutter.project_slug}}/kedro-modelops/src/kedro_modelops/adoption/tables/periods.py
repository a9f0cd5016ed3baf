"""Files by period: which period a name means, and in which one a row was."""

import re
from collections.abc import Iterable

import pandas as pd

PERIODS = (
    (r"(\d{4})[-_.]?(0[1-9]|1[0-2])[-_.]?([0-2]\d|3[01])", "D"),
    (r"(\d{4})[-_.]?(0[1-9]|1[0-2])", "M"),
    (r"(\d{4})[-_.]?[Qq]([1-4])", "Q"),
    (r"(19\d\d|20\d\d)", "Y"),
)
"""How periods are written in names of files, the finest first, and what pandas calls them."""
WORDS = {"D": "day", "M": "month", "Q": "quarter", "Y": "year"}


def find_frequency(names: Iterable[str]) -> str | None:
    """The frequency of which each name means a period of its own; None where they do not."""
    named = list(names)
    for pattern, frequency in PERIODS:
        found = [re.findall(rf"(?<!\d){pattern}(?!\d)", name) for name in named]
        if all(len(periods) == 1 for periods in found) and len({str(periods[0]) for periods in found}) == len(named):
            return frequency
    return None


def period_named(name: str, frequency: str) -> str:
    """The period that a name means, as pandas writes it."""
    pattern = next(pattern for pattern, known in PERIODS if known == frequency)
    found = re.search(rf"(?<!\d){pattern}(?!\d)", name)
    parts = found.groups() if found else ()
    return str(pd.Period(("Q" if frequency == "Q" else "-").join(parts), frequency))


def periods_of(times: pd.Series, zone: str, frequency: str) -> pd.Series:
    """The period in which each of some moments was, by the clock of a zone."""
    return pd.Series(times.dt.tz_convert(zone).dt.tz_localize(None).dt.to_period(frequency).astype(str))
