"""What lies in the folder of arrivals, and that none of it stops the rest."""

import logging
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from kedro.io import DatasetError
from kedro_modelops.contracts.explanations import explain
from kedro_modelops.errors import RefusedError
from kedro_modelops.pipelines.monitoring.datasets import StoreDataset
from kedro_modelops.predictions.partitions import (
    FlatPartitions,
    WrittenOnce,
    raise_left_out,
)

TABLE = pd.DataFrame({"number": [1, 2]})
WHOLE = f"{WrittenOnce.__module__}.WholeParquetDataset"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two good months."""
    for month in ("2013-11", "2013-12"):
        TABLE.to_parquet(tmp_path / f"{month}.parquet")
    return tmp_path


def partitions(folder: Path) -> FlatPartitions:
    return FlatPartitions(path=str(folder), dataset="pandas.ParquetDataset", filename_suffix=".parquet")


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def spark_folder(path: Path) -> None:
    path.mkdir()
    TABLE.to_parquet(path / "part-0.parquet")


@pytest.mark.parametrize(
    "name",
    [
        *("._2013-10.parquet", ".2013-10.parquet.x7Gd2k", "~$2013-10.parquet", ".DS_Store", "Thumbs.db", "desktop.ini"),
        *("2013-10.parquet.part", "2013-10.tmp", "2013-10.csv", "2013-10.PARQUET", "2013-10"),
    ],
)
def test_what_is_not_named_as_data_is_passed_over(folder: Path, name: str, caplog: pytest.LogCaptureFixture) -> None:
    (folder / name).write_bytes(b"no data")
    with caplog.at_level(logging.WARNING):
        assert [*partitions(folder).load()] == ["2013-11", "2013-12"]
    assert f"passed over {name}" in caplog.text


def test_a_folder_is_passed_over_with_what_is_in_it(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    spark_folder(folder / "2013")
    assert [*partitions(folder).load()] == ["2013-11", "2013-12"]
    assert "passed over 2013;" in caplog.text


def test_what_git_needs_is_passed_over_without_a_word(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    (folder / ".gitkeep").touch()
    assert [*partitions(folder).load()] == ["2013-11", "2013-12"]
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (spark_folder, "2013-10.parquet is a folder: put the rows into one file of that name"),
        (Path.touch, "2013-10.parquet cannot be read or written: "),
        (lambda path: path.write_bytes(b"PAR1 and no more"), "2013-10.parquet cannot be read or written: "),
        (lambda path: path.symlink_to("nowhere"), "2013-10.parquet cannot be read or written: "),
    ],
    ids=["folder", "empty", "cut off", "link to nowhere"],
)
def test_a_broken_partition_is_told_and_the_others_can_be_loaded(
    folder: Path, make: Callable[[Path], object], told: str
) -> None:
    make(folder / "2013-10.parquet")
    found = partitions(folder).load()
    with pytest.raises((DatasetError, RefusedError)) as broken:
        found.pop("2013-10")()
    assert told in (explain(broken.value) or "")
    assert [len(load()) for load in found.values()] == [2, 2]


def test_a_folder_without_data_is_told(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(DatasetError) as empty:
            partitions(folder).load()
        assert (explain(empty.value) or "").startswith("there is no file in ")


def test_what_cannot_be_computed_is_left_out_and_told_when_the_rest_is_done(tmp_path: Path) -> None:
    def refused() -> pd.DataFrame:
        raise RefusedError("half is missing")

    dataset = WrittenOnce(path=str(tmp_path / "p"), dataset=WHOLE, filename_suffix=".parquet")
    dataset.save({"a": lambda: TABLE, "b": refused, "c": lambda: TABLE})
    assert names(tmp_path / "p") == ["a.parquet", "c.parquet"]
    with pytest.raises(RefusedError, match="b was left out: half is missing\nAll else is done"):
        raise_left_out(dataset.left_out)


def test_a_fault_of_the_code_is_shown_where_it_is_when_the_rest_is_done(tmp_path: Path) -> None:
    dataset = WrittenOnce(path=str(tmp_path / "p"), dataset=WHOLE, filename_suffix=".parquet")
    dataset.save({"a": lambda: TABLE.assign(share=1 // 0), "b": lambda: TABLE})
    assert names(tmp_path / "p") == ["b.parquet"]
    with pytest.raises(ZeroDivisionError) as fault:
        raise_left_out(dataset.left_out)
    assert fault.value.__notes__ == ["The partition a was left out; the others are done."]


def test_an_error_in_writing_concerns_all_partitions(tmp_path: Path) -> None:
    dataset = WrittenOnce(path=str(tmp_path / "p"), dataset=WHOLE, filename_suffix=".parquet")
    with pytest.raises(Exception, match=r"Conversion failed|Could not convert"):
        dataset.save({"a": lambda: pd.DataFrame({"mixed": [1, "two", {3}]})})


def test_outcomes_of_a_broken_month_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> pd.Series:
        raise RefusedError("half is missing")

    monkeypatch.setenv("PREDICTION_STORE_URL", f"sqlite:///{tmp_path}/predictions.db")
    dataset = StoreDataset()
    dataset.save({"2013-11": refused, "2013-12": lambda: pd.Series([1.0], index=["key"])})
    assert [*dataset.left_out] == ["2013-11"]
    assert dataset.load().outcomes(pd.Series(["key"])).tolist() == [1.0]
