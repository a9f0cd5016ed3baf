"""Bad data ends with a sentence that names file, column, rule and number of rows, and leaves nothing behind."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from conftest import Kedro, connect

FLIGHTS, WEATHER = "data/01_raw/flights/2013-03.parquet", "data/01_raw/weather.parquet"
Spoil = Callable[[pd.DataFrame], pd.DataFrame]


def put(column: str, value: object, rows: int = 3) -> Spoil:
    def spoil(table: pd.DataFrame) -> pd.DataFrame:
        table.loc[: rows - 1, column] = value
        return table

    return spoil


def refused(kedro: Kedro, project: Path) -> str:
    """Runs all pipelines, and expects a sentence, no output and no model."""
    result = kedro("run", "--env", "ci")
    assert result.exit_code == 1, result.output[-500:]
    assert "Traceback" not in result.output
    assert not list((project / "data").glob("0[5-8]_*/*.parquet"))
    assert not connect(project).search_model_versions()
    return result.output.partition("Error: ")[2]


@pytest.mark.parametrize(
    ("file", "spoil", "told"),
    [
        (FLIGHTS, lambda table: table.drop(columns="distance"), ["column 'distance' is missing"]),
        (FLIGHTS, lambda table: table.assign(gate="A1"), ["column 'gate' is not in the contract"]),
        (FLIGHTS, lambda table: table.assign(distance=table["distance"].astype(str)), ["column 'distance'", "int32"]),
        (FLIGHTS, lambda table: table.assign(air_time=table["air_time"] / 60), ["50 to 800 miles an hour", "rows"]),
        (FLIGHTS, lambda table: table.assign(arr_delay=table["arr_delay"] / 60), ["arr_delay is", "in minutes"]),
        (FLIGHTS, lambda table: table.assign(distance=table["distance"] * 100), ["column 'distance'", "10000"]),
        (FLIGHTS, put("carrier", "ZZ"), ["column 'carrier'", "3 rows", "'ZZ'"]),
        (FLIGHTS, put("origin", None, rows=1), ["column 'origin'", "not_nullable", "1 row,"]),
        (FLIGHTS, put("arr_delay", None), ["a flight without arr_delay was cancelled", "3 rows"]),
        (
            FLIGHTS,
            lambda table: pd.concat([table, table.head(3)], ignore_index=True),
            ["flight", "are not unique", "6 rows"],
        ),
        (FLIGHTS, lambda table: table.head(0), ["there_are_rows"]),
        (WEATHER, put("temp", 451.0), ["column 'temp'", "130", "3 rows"]),
        (WEATHER, lambda table: pd.concat([table, table.head(1)], ignore_index=True), ["time_hour", "are not unique"]),
    ],
)
def test_a_broken_contract_names_file_column_rule_and_rows(
    project: Path, kedro: Kedro, file: str, spoil: Spoil, told: list[str]
) -> None:
    table = spoil(pd.read_parquet(file))
    Path(file).unlink()
    table.to_parquet(file, index=False)
    sentence = refused(kedro, project)
    assert sentence.startswith(f"{file} breaks its contract")
    assert [part for part in told if part not in sentence] == []


@pytest.mark.parametrize("file", [FLIGHTS, WEATHER])
@pytest.mark.parametrize("content", [b"", b"PAR1 and then nothing", b"year,month\n2013,3\n"])
def test_a_file_that_is_empty_truncated_or_of_another_kind_is_named(
    project: Path, kedro: Kedro, file: str, content: bytes
) -> None:
    Path(file).unlink()
    Path(file).write_bytes(content)
    assert f"{file} cannot be read" in refused(kedro, project)


def test_a_missing_file_is_named(project: Path, kedro: Kedro) -> None:
    Path(WEATHER).unlink()
    assert f"{WEATHER} cannot be read" in refused(kedro, project)


def test_a_missing_month_is_named(project: Path, kedro: Kedro) -> None:
    Path(FLIGHTS).unlink()
    assert "no flights for 2013-03, which split.train asks for" in refused(kedro, project)


def test_training_on_what_is_tested_is_refused(project: Path, kedro: Kedro) -> None:
    listed = "train.first=2013-01,train.last=2013-09,test.first=2013-09,test.last=2013-10"
    settings = ",".join(f"split.{setting}" for setting in ["window=listed", *listed.split(",")])
    assert "test on months that come after" in kedro("run", "--env", "ci", "--params", settings).output
    assert not (project / "mlflow.db").exists()
