"""Scored months are typed columns in files, and are compared with those months alone that may hold the same keys."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from flight_delays.features import identify
from flight_delays.schemas import Schedule
from kedro_modelops.predictions.partitions import WholeParquetDataset
from kedro_modelops.predictions.records import INPUTS, inputs_of
from kedro_modelops.predictions.scored_months import ScoredMonths
from pyarrow import parquet
from rows import months

PLANS = {month: rows[list(Schedule.to_schema().columns)] for month, rows in months().items()}


@pytest.fixture
def kept(tmp_path: Path) -> ScoredMonths:
    """No month so far."""
    return ScoredMonths(path=str(tmp_path), dataset=WholeParquetDataset, filename_suffix=".parquet")


def scored(month: str, keys: Callable[[pd.DataFrame], pd.Series] = identify) -> Callable[[], pd.DataFrame]:
    rows = PLANS[month].reset_index(drop=True)
    described = pd.DataFrame({"key": keys(rows), "probabilities": [[0.25, 0.75]] * len(rows), "model": "delays"})
    return lambda: described.join(rows.add_prefix(INPUTS))


def destroy_rows(file: Path) -> None:
    """Leaves the end of a file, where its statistics are, and nothing of its rows."""
    whole = file.read_bytes()
    size = int.from_bytes(whole[-8:-4], "little") + 8
    file.write_bytes(whole[:4] + bytes(len(whole) - size - 4) + whole[-size:])


def test_a_month_is_not_read_when_its_keys_are_of_another_time(kept: ScoredMonths, tmp_path: Path) -> None:
    first, second, third = sorted(PLANS)[:3]
    kept.save({first: scored(first)})
    destroy_rows(tmp_path / f"{first}.parquet")
    kept.save({second: scored(second)})
    assert kept.left_out == {}
    kept.save({third: scored(third, lambda rows: identify(PLANS[first].reset_index(drop=True)).reindex(rows.index))})
    assert isinstance(kept.left_out[third], OSError)


@pytest.mark.parametrize("statistics", [True, False])
def test_keys_of_a_former_month_are_found_with_and_without_statistics(
    kept: ScoredMonths, tmp_path: Path, *, statistics: bool
) -> None:
    first, second = sorted(PLANS)[:2]
    scored(first, lambda rows: pd.Series("the same", rows.index))().head(1).to_parquet(
        tmp_path / f"{first}.parquet", write_statistics=statistics
    )
    kept.save({second: scored(second, lambda rows: pd.Series("the same", rows.index))})
    assert f"{first} and {second} hold different rows under the same key" in str(kept.left_out[second])


def test_columns_keep_their_types_and_only_text_that_comes_again_is_encoded(kept: ScoredMonths, tmp_path: Path) -> None:
    month = min(PLANS)
    kept.save({month: scored(month)})
    written = kept.load()[month]()
    pd.testing.assert_frame_equal(inputs_of(written)[list(PLANS[month])], PLANS[month].reset_index(drop=True))
    assert written["probabilities"].map(list).tolist() == [[0.25, 0.75]] * len(PLANS[month])
    group = parquet.read_metadata(tmp_path / f"{month}.parquet").row_group(0)
    columns = {group.column(number).path_in_schema: group.column(number) for number in range(group.num_columns)}
    encoded = {name for name, column in columns.items() if column.has_dictionary_page}
    assert {"model", f"{INPUTS}carrier", f"{INPUTS}origin"} <= encoded
    assert not encoded & {"key", "probabilities.list.element", f"{INPUTS}flight"}
