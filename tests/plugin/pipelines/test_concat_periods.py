"""Rows of periods are put together, all of them or a sample that is even and always the same."""

import tracemalloc
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from flight_delays.pipelines.data_processing.nodes import build_features, split_train_test
from flight_delays.pipelines.data_processing.parameters import Split
from kedro_modelops.errors import RefusedError
from kedro_modelops.periods import concat_periods
from rows import months, reference

Loaders = list[Callable[[], pd.DataFrame]]


def periods(*counts: int) -> Loaders:
    """Periods with so many rows, in which `row` rises."""
    tables = [
        pd.DataFrame({"period": period, "row": range(count), "text": ["a", "b"][period % 2]})
        for period, count in enumerate(counts)
    ]
    return [table.copy for table in tables]


def test_without_a_limit_all_rows_come_in_their_order() -> None:
    every = concat_periods(periods(3, 2))
    pd.testing.assert_frame_equal(concat_periods(periods(3, 2), 5), every)
    assert list(every["row"]) == [0, 1, 2, 0, 1]
    assert list(every.index) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("counts", "most", "taken"),
    [
        ((10, 10, 10), 9, [3, 3, 3]),
        ((10, 10, 10), 11, [3, 3, 3]),
        ((2, 10, 10), 12, [2, 5, 5]),
        ((100, 1, 1, 100), 22, [10, 1, 1, 10]),
        ((1000,) * 40, 400, [10] * 40),
    ],
)
def test_a_sample_is_even_by_period_and_a_small_period_leaves_its_share_to_others(
    counts: tuple[int, ...], most: int, taken: list[int]
) -> None:
    sample = concat_periods(periods(*counts), most)
    assert sample["period"].value_counts(sort=False).tolist() == taken
    assert sample.equals(sample.sort_values(["period", "row"], ignore_index=True))
    assert not sample.duplicated().any()
    pd.testing.assert_frame_equal(concat_periods(periods(*counts), most), sample)


def test_rows_are_drawn_not_cut_off() -> None:
    sample = concat_periods(periods(1000, 1000), 20)
    first, second = (set(rows) for _, rows in sample.groupby("period")["row"])
    assert first != second
    assert max(first | second) > 500


def test_what_is_in_memory_is_the_sample_twice_and_a_period() -> None:
    """However many periods there are: kept is little more than the sample, which is copied once."""

    def load() -> pd.DataFrame:
        return pd.DataFrame(np.ones((5_000, 20)))

    size, most = load().memory_usage().sum(), 20_000
    tracemalloc.start()
    try:
        sample = concat_periods([load] * 40, most)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(sample) == most
    assert peak < 2 * sample.memory_usage().sum() + 1.5 * size


def test_fewer_rows_than_periods_are_refused() -> None:
    with pytest.raises(RefusedError, match=r"split\.max_rows is 2, and there are 3 periods"):
        concat_periods(periods(5, 5, 5), 2)


def test_the_split_draws_as_many_rows_as_it_is_told() -> None:
    lazy = {month: flights.copy for month, flights in months().items()}
    features, windows = build_features(lazy, reference()), {"window": "expanding", "test_months": 1}
    whole, judged = split_train_test(features, Split(**windows))
    train, test = split_train_test(features, Split(**windows, max_rows=len(judged) + 10))
    assert len(train) <= len(judged) + 10 < len(whole)
    assert set(train["flight_id"]) < set(whole["flight_id"])
    assert set(train["time_hour"].dt.month) == set(whole["time_hour"].dt.month)
    pd.testing.assert_frame_equal(test, judged)
