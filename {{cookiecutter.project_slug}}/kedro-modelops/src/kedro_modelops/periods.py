"""Tables that come in periods, such as a file a month, put together."""

from collections.abc import Callable, Collection

import pandas as pd

from kedro_modelops.errors import RefusedError

SPARE = 1.25
"""Samples are shortened when they have so many times the rows that are wanted: what is drawn first waits for that."""


def concat_periods(periods: Collection[Callable[[], pd.DataFrame]], max_rows: int | None = None) -> pd.DataFrame:
    """Puts the rows of periods together; one period at a time is loaded, and only what is sampled of it stays.

    Args:
        periods: Loads the rows of each, in the order of time.
        max_rows: How many rows there are at most: as many of each period, or all of one that has fewer. The same
            periods give the same sample. None takes every row.

    Returns:
        Rows in the order of periods and, within one, as they were.

    Raises:
        RefusedError: If `max_rows` does not leave a row for each period.
    """
    if max_rows is None:
        return pd.concat([load() for load in periods], ignore_index=True)
    if max_rows < len(periods):
        msg = f"split.max_rows is {max_rows:,}, and there are {len(periods):,} periods: let it be a multiple of that"
        raise RefusedError(msg)
    counts: list[int] = []
    samples: list[pd.DataFrame] = []
    for number, load in enumerate(periods):
        table = load().reset_index(drop=True)
        counts.append(len(table))
        share = _share(counts, max_rows)  # that of all periods is no larger
        samples.append(table.sample(min(len(table), share), random_state=number))
        del table  # before the next is loaded
        if number + 1 == len(periods) or sum(map(len, samples)) > SPARE * max_rows:
            _shorten(samples, share)
    for number, sample in enumerate(samples):
        samples[number] = sample.sort_index()
    return pd.concat(samples, ignore_index=True)


def _shorten(samples: list[pd.DataFrame], share: int) -> None:
    """Takes the first rows of each, which are a sample too; a longer one is let go before the next is copied."""
    for number, sample in enumerate(samples):
        if len(sample) > share:
            samples[number] = sample.head(share).copy()  # a view would keep all


def _share(counts: Collection[int], total: int) -> int:
    """How many rows are taken of each period, so that they are `total` at most."""
    rising = sorted(counts)
    for number, count in enumerate(rising):
        share = total // (len(rising) - number)
        if count > share:
            return share
        total -= count
    return rising[-1]
