"""What a month is like, and how far that is from the months before it."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple, cast

import numpy as np
import pandas as pd
from scipy.stats import ks_2samp

from kedro_modelops.pipelines.ingestion.parameters import Ingestion

QUANTILES = np.linspace(0, 1, 1001)


class Profile(NamedTuple):
    """What is remembered of a month.

    Attributes:
        content: Hash of all rows.
        rows: How many.
        outside: Share of rows that are not of the month.
        idle: Days of the month without rows.
        keys: Hash of each row's key; empty where nothing identifies rows.
        records: Hash of each row without its calendar.
        nulls: Share of nulls, by column.
        outcomes: Share of rows, by outcome.
        numbers: Quantiles, by column.
        categories: Shares of the values, by column of text.
    """

    content: int
    rows: int
    outside: float
    idle: int
    keys: pd.Series
    records: pd.Series
    nulls: dict[str, float]
    outcomes: dict[str, float]
    numbers: dict[str, np.ndarray]
    categories: dict[str, pd.Series]


class Finding(NamedTuple):
    """What a rule measured; `beside` is the former month that it was compared with, or the values that were found."""

    rule: str
    column: str
    found: float
    allowed: float
    beside: str


def profile(month: str, table: pd.DataFrame, ingestion: Ingestion) -> Profile:
    """Describes a month.

    Args:
        month: Its name; where rows have a time, a period that pandas can read, such as 2013-09.
        table: Its rows.
        ingestion: Roles of the columns.
    """
    compared = table.drop(columns=ingestion.calendar)
    numbers = compared.select_dtypes("number", "timedelta")
    others = compared.select_dtypes(exclude=["number", "datetime", "datetimetz", "timedelta"])
    outside, idle = _days(pd.Period(month), table[ingestion.time], ingestion.time_zone) if ingestion.time else (0.0, 0)
    return Profile(
        content=int(pd.util.hash_pandas_object(table, index=False).sum()),
        rows=len(table),
        outside=outside,
        idle=idle,
        keys=pd.util.hash_pandas_object(table[ingestion.key], index=False) if ingestion.key else pd.Series(dtype=int),
        records=pd.util.hash_pandas_object(compared, index=False),
        nulls={str(column): float(share) for column, share in compared.isna().mean().items()},
        outcomes={name: len(table.query(rule)) / max(len(table), 1) for name, rule in ingestion.outcomes.items()},
        numbers={str(name): np.quantile(known, QUANTILES) for name in numbers if len(known := numbers[name].dropna())},
        categories={
            str(name): others[name].astype(object).value_counts(normalize=True)
            for name in others
            if others[name].nunique() <= ingestion.max_values
        },
    )


def _days(period: pd.Period, times: pd.Series, time_zone: str | None) -> tuple[float, int]:
    """Share of rows outside of a period, and its days without rows: dates, which no change of clocks moves."""
    local = times if times.dt.tz is None else times.dt.tz_convert(time_zone or "UTC").dt.tz_localize(None)
    days = pd.date_range(period.start_time, period.end_time, freq="D")
    outside = ~local.between(period.start_time, period.end_time)
    return float(outside.mean()), len(days.difference(local.dt.normalize()))


def compare(now: Profile, former: Mapping[str, Profile], ingestion: Ingestion) -> Iterator[Finding]:
    """Measures a month against former ones, of which for each rule the nearest counts.

    Args:
        now: The month.
        former: Others, by name; without any, it is only measured whether the rows are the month's own.
        ingestion: Roles of the columns, and limits.
    """
    yield Finding("outside", "", now.outside, 0, "")
    if not former:
        return
    limits: dict[str, float] = ingestion.limits.model_dump()
    if ingestion.key:
        yield _most("overlap", {name: now.keys.isin(was.keys).mean() for name, was in former.items()}, 0)
    known = {name: now.records.isin(was.records).mean() for name, was in former.items()}
    yield _most("repeated", known, limits["repeated"])
    distances = pd.DataFrame({name: dict(_distances(now, was)) for name, was in former.items()})
    for label, found in distances.iterrows():
        rule, column = cast("tuple[str, str]", label)
        yield Finding(rule, column, float(found.min()), limits[rule], str(found.idxmin()))
    for column, share in now.categories.items():
        if not all(column in was.categories for was in former.values()):
            continue
        were = pd.DataFrame({name: was.categories[column] for name, was in former.items()}).fillna(0)
        unseen = share[~share.index.isin(were.index)]
        gone = were.min(axis=1)[~were.index.isin(share.index)]
        yield Finding("unseen", column, float(unseen.sum()), limits["unseen"], _names(unseen))
        yield Finding("gone", column, max(gone, default=0.0), limits["gone"], _names(gone[gone > limits["gone"]]))


def _most(rule: str, found: dict[str, float], allowed: float) -> Finding:
    month = max(found, key=lambda name: found[name])
    return Finding(rule, "", float(found[month]), allowed, month)


def _distances(now: Profile, was: Profile) -> Iterator[tuple[tuple[str, str], float]]:
    """Rule and column, and how far apart two months are in this."""
    yield ("days", ""), max(now.idle - was.idle, 0)
    yield ("rows", ""), abs(now.rows / was.rows - 1)
    for column, share in now.nulls.items():
        yield ("nulls", column), abs(share - was.nulls[column])
    for outcome, share in now.outcomes.items():
        yield ("outcomes", outcome), abs(share - was.outcomes[outcome])
    for column, quantiles in now.numbers.items():
        if column in was.numbers:  # else the nulls tell
            yield ("numbers", column), ks_2samp(quantiles, was.numbers[column], method="asymp").statistic
    for column, shares in now.categories.items():
        if column in was.categories:
            yield ("values", column), shares.sub(was.categories[column], fill_value=0).abs().max()


def _names(shares: pd.Series, shown: int = 5) -> str:
    names = [str(name) for name in shares.sort_values(ascending=False).index]
    return ", ".join(names[:shown]) + (", …" if names[shown:] else "")
