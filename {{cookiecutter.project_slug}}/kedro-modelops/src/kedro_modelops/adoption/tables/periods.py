"""Months, quarters and other periods: which one a name or a text means, and in which one a row was."""

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
TEXTS = (
    r"(?P<year>\d{4})[-/. ]?Q(?P<quarter>[1-4])",
    r"Q(?P<quarter>[1-4])[-/. ]?(?P<year>\d{4})",
    r"(?P<year>\d{4})[- ]?M(?P<month>0?[1-9]|1[0-2])",
    r"(?P<year>\d{4})/(?P<month>0?[1-9]|1[0-2])",
    r"(?P<month>0?[1-9]|1[0-2])[-/](?P<year>\d{2})",
    r"(?P<month>[a-z]{3})[a-z]*\.?[- /'](?P<year>\d{2})",
)
"""How months and quarters are written, in letters of any case."""
NAMED = re.compile(r"(?<![a-z])(months?|periods?|quarters?|monate?|quartale?|mois|mes)(?![a-z])")
LAST_DAY, FEWEST = 31, 3
"""Where no name says so, years of two digits are some if one is later than any day; and numbers of so many months."""
CENTURY = 40
"""Years of two digits from here on are of the last century."""
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


def times_of_periods(column: pd.Series) -> pd.Series | None:
    """The beginnings of the months or quarters that a column of text names; None where it names something else."""
    known = column.dropna()
    form = next((form for form in TEXTS if known.str.fullmatch(form, flags=re.IGNORECASE).all()), None)
    if form is None:
        return None
    parts = known.str.extract(form, flags=re.IGNORECASE)
    months = parts["month"] if "month" in parts else (3 * parts["quarter"].astype(int) - 2).astype(str)
    short, letters = parts["year"].str.len().max() == 2, months.str.isalpha().all()  # noqa: PLR2004
    sure = parts["year"].astype(int).max() > LAST_DAY and (letters or months.nunique() >= FEWEST)
    if short and not sure and not NAMED.search(str(column.name).lower()):
        return None
    years = parts["year"].astype(int)
    years += years.lt(CENTURY).map({True: 2000, False: 1900}) if short else 0
    written = f"%Y {'%b' if letters else '%m'}"
    times = pd.to_datetime(years.astype(str) + " " + months, format=written, errors="coerce")
    return times.reindex(column.index) if times.notna().all() else None
