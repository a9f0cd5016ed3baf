"""A folder of files by period stays one; every other folder becomes a table, and it is said why."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from kedro_modelops.adoption.data_files import stored_files
from kedro_modelops.adoption.judging.months import limits_of, measure_files
from kedro_modelops.adoption.proposing.proposal import Proposal
from kedro_modelops.adoption.proposing.roles import propose
from kedro_modelops.adoption.proposing.wishes import Wishes
from kedro_modelops.adoption.questions import lines
from kedro_modelops.adoption.tables import read_source
from kedro_modelops.adoption.tables.periods import find_frequency, period_named

DRAW = np.random.default_rng(0)
TIMES = pd.date_range("2023-11-01", "2024-04-30 23:00", freq="4h")


@pytest.mark.parametrize(
    ("names", "frequency", "first"),
    [
        (["2024-01", "2024-02"], "M", "2024-01"),
        (["trips_202401", "trips_202402"], "M", "2024-01"),
        (["v2 2024.01", "v2 2024.12"], "M", "2024-01"),
        (["2024-01-31", "2024-02-01"], "D", "2024-01-31"),
        (["20240131", "20240201"], "D", "2024-01-31"),
        (["sales 2023", "sales 2024"], "Y", "2023"),
        (["2024Q1", "2024-Q2"], "Q", "2024Q1"),
        (["2024-01 a", "2024-01 b"], None, ""),
        (["2024-13", "2024-14"], None, ""),
        (["north", "south"], None, ""),
        (["part-0001", "part-0002"], None, ""),
    ],
)
def test_names_of_periods(names: list[str], frequency: str | None, first: str) -> None:
    assert find_frequency(names) == frequency
    assert frequency is None or period_named(names[0], frequency) == first


def taken(folder: Path, **wishes: str) -> Proposal:
    return propose(read_source(str(folder)), Wishes(target="y", **wishes))


def write(folder: Path, names: "pd.Series[str]", zone: str | None = None) -> None:
    table = pd.DataFrame({"at": TIMES.tz_localize(zone), "x": DRAW.normal(size=len(TIMES)).round(3)})
    table["y"] = (table["x"] + DRAW.normal(size=len(TIMES))).round(3)
    for name, rows in table.groupby(names.to_numpy()):
        rows.to_csv(folder / f"{name}.csv", index=False)


def test_each_month_becomes_a_file(tmp_path: Path) -> None:
    write(tmp_path, pd.Series(TIMES.strftime("rows %Y-%m")))
    found = taken(tmp_path)
    assert (found.every, found.undivided) == ("M", "")
    assert "one for each month" in dict(lines(found))["files"]
    files = stored_files(found, found.table, "data/01_raw/rows")
    months = ["2023-11", "2023-12", "2024-01", "2024-02", "2024-03", "2024-04"]
    assert sorted(files) == [f"data/01_raw/rows/{month}.parquet" for month in months]
    measured = measure_files(found)
    assert 0 < measured["numbers"] < 0.25
    assert limits_of(measured)["numbers"] == 0.25


def test_months_begin_by_the_clock_of_the_zone(tmp_path: Path) -> None:
    write(tmp_path, pd.Series(TIMES.strftime("%Y-%m")), "Europe/Berlin")
    found = taken(tmp_path)
    assert found.every is None
    assert "rows are of another month than their file, going by at and the clock of UTC" in dict(lines(found))["files"]
    assert taken(tmp_path, zone="Europe/Berlin").every == "M"


def test_a_folder_that_is_not_by_period_becomes_a_table(tmp_path: Path) -> None:
    write(tmp_path, pd.Series(np.where(TIMES.month % 2, "north", "south")))
    found = taken(tmp_path)
    assert (found.every, found.stored.endswith(".parquet")) == (None, True)
    assert dict(lines(found))["files"].startswith("become one table, as the names of its files are no periods")
    assert taken(tmp_path, time="none").every is None
