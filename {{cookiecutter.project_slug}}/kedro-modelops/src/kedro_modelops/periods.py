"""Tables that come in periods, such as a file a month, put together."""

from collections.abc import Callable, Collection, Iterable

import pandas as pd

from kedro_modelops.errors import RefusedError


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
    kept: list[pd.DataFrame] = []
    for number, load in enumerate(periods):
        table = load().reset_index(drop=True)
        kept.append(table.sample(min(len(table), max_rows), random_state=number))
        if sum(map(len, kept)) > 2 * max_rows:
            kept = _even(kept, max_rows)
    return pd.concat([table.sort_index() for table in _even(kept, max_rows)], ignore_index=True)


def _even(samples: list[pd.DataFrame], total: int) -> list[pd.DataFrame]:
    """Shortens samples to as many rows of each; a sample's first rows are a sample too."""
    share = _share([len(sample) for sample in samples], total)
    return [sample if len(sample) <= share else sample.head(share).copy() for sample in samples]  # a view keeps all


def _share(counts: Iterable[int], total: int) -> int:
    """How many rows are taken of each period, so that they are `total` at most."""
    rising = sorted(counts)
    for number, count in enumerate(rising):
        share = total // (len(rising) - number)
        if count > share:
            return share
        total -= count
    return rising[-1]
