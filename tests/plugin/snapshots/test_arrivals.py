"""What came into a database since the last time arrives as a file for each month, in SQLite and in PostgreSQL."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from kedro_datasets.pandas import SQLQueryDataset
from kedro_modelops.testing.project import DATA, Kedro
from sqlalchemy import NullPool, create_engine, text

CATALOG, CREDENTIALS = Path("conf/base/catalog.yml"), Path("conf/base/credentials.yml")
COLUMNS = ", ".join(pd.read_parquet(DATA / "flights/2013-09.parquet").columns)
QUERY = f"SELECT {COLUMNS} FROM flights WHERE clock >= :since AND clock < :until ORDER BY time_hour, carrier"  # noqa: S608
ZONE = "America/New_York"
NOW = pd.Timestamp("2013-11-15", tz=ZONE)

Change = Callable[..., None]


@pytest.fixture
def change(project: Path, monkeypatch: pytest.MonkeyPatch) -> Change:
    """Says more of the arrivals, or of the query."""
    monkeypatch.setattr(pd.Timestamp, "now", lambda tz=None: NOW.tz_convert(tz))

    def write(metadata: dict[str, Any] | None = None, **query: Any) -> None:
        catalog = yaml.safe_load((project / CATALOG).read_text())
        known = {"snapshot_of": "new_flights", "every": "month", "since": "2013-09", "time_zone": ZONE}
        catalog["arrived"]["metadata"] = known | (metadata or {})
        asked = {"type": "pandas.SQLQueryDataset", "sql": QUERY, "credentials": "warehouse"} | query
        catalog["new_flights"] = asked | {
            "load_args": {"parse_dates": {"time_hour": {"utc": True}}}
        }  # SQLite has texts
        (project / CATALOG).write_text(yaml.safe_dump(catalog))

    write()
    return write


@pytest.fixture
def warehouse(project: Path, store_url: str, change: Change, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database of all months, of which those up to August were trained on; `clock` is the time in New York."""
    assert change
    for file in sorted((DATA / "flights").glob("*.parquet")):
        rows = pd.read_parquet(file)
        rows = rows.assign(clock=rows["time_hour"].dt.tz_convert(ZONE).dt.tz_localize(None))
        rows.to_sql("flights", create_engine(store_url, poolclass=NullPool), index=False, if_exists="append")
    for later in ("2013-09", "2013-10"):
        (project / f"data/01_raw/flights/{later}.parquet").unlink()
    monkeypatch.setenv("WAREHOUSE_URL", store_url)
    (project / CREDENTIALS).write_text("warehouse:\n  con: ${oc.env:WAREHOUSE_URL, null}\n")
    yield store_url
    for engine in SQLQueryDataset.engines.values():
        engine.dispose()
    SQLQueryDataset.engines.clear()


def arrived(project: Path) -> list[str]:
    return sorted(path.name for path in (project / "data/incoming").glob("*"))


def execute(address: str, statement: str) -> None:
    with create_engine(address, poolclass=NullPool).begin() as connection:
        connection.execute(text(statement))


def test_months_that_have_ended_arrive_once_and_are_taken_in(project: Path, warehouse: str, kedro: Kedro) -> None:
    result = kedro("snapshot")
    assert result.exit_code == 0, result.output
    assert arrived(project) == ["2013-09.parquet", "2013-10.parquet"]
    expected = pd.read_parquet(DATA / "flights/2013-09.parquet")
    found = pd.read_parquet(project / "data/incoming/2013-09.parquet")
    assert f"data/incoming/2013-09.parquet: {len(expected)} rows of new_flights" in result.output
    assert sorted(found["time_hour"]) == sorted(expected["time_hour"])
    execute(warehouse, "DELETE FROM flights")
    again = kedro("snapshot", "arrived")
    assert "new_flights has no rows of a month that has ended and is not there yet" in again.output
    assert arrived(project) == ["2013-09.parquet", "2013-10.parquet"]
    result = kedro("run", "--env", "ci", "--pipelines=ingestion")
    assert result.exit_code == 0, result.output
    assert (project / "data/01_raw/flights/2013-10.parquet").is_file()


def test_what_was_trained_on_or_has_not_ended_does_not_arrive(project: Path, change: Change, kedro: Kedro) -> None:
    (project / CREDENTIALS).write_text("warehouse:\n  con: sqlite:///none.db\n")
    change({"since": "2012-01"})
    result = kedro("snapshot")
    assert result.exit_code == 0, result.output  # nobody is asked: October was trained on, November has not ended
    assert "new_flights has no rows of a month" in result.output


def test_rows_that_break_the_contract_do_not_arrive(project: Path, warehouse: str, kedro: Kedro) -> None:
    execute(warehouse, "UPDATE flights SET origin = 'ZZZ' WHERE clock >= '2013-10-01'")
    result = kedro("snapshot")
    assert result.exit_code == 1
    assert "origin" in result.output
    assert "2013-10" in result.output
    assert arrived(project) == ["2013-09.parquet"]
    execute(warehouse, "UPDATE flights SET origin = 'JFK' WHERE clock >= '2013-10-01'")
    assert kedro("snapshot").exit_code == 0
    assert arrived(project) == ["2013-09.parquet", "2013-10.parquet"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"every": "fortnight"}, "its metadata have to say `every` (day, month, quarter or year)"),
        ({"since": "soon"}, "`since` (the first one, such as 2024-03)"),
        ({"since": None}, "but say "),
        ({"time_zone": "Mars"}, "`time_zone` (such as Europe/Berlin)"),
        ({"sql": "SELECT * FROM flights"}, "`WHERE ordered_at >= :since AND ordered_at < :until`"),
    ],
)
def test_what_is_said_wrong_is_told(
    said: dict[str, Any], told: str, project: Path, change: Change, kedro: Kedro
) -> None:
    (project / CREDENTIALS).write_text("warehouse:\n  con: sqlite:///none.db\n")
    change(**{"metadata": said} if "sql" not in said else said)
    result = kedro("snapshot")
    assert result.exit_code == 1
    assert told in " ".join(result.output.split())
    assert arrived(project) == []


def test_a_table_that_is_not_there_is_told(warehouse: str, kedro: Kedro) -> None:
    execute(warehouse, "DROP TABLE flights")
    result = kedro("snapshot")
    assert result.exit_code == 1
    assert "does not answer with it" in " ".join(result.output.split())
