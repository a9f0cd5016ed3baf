"""A table of a database becomes a file that DVC versions, and nothing is trained on what is no file."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from kedro_datasets.pandas import SQLQueryDataset
from kedro_modelops.errors import RefusedError
from kedro_modelops.sessions.versioned_inputs import check_versioned
from kedro_modelops.testing.project import Kedro, git
from sqlalchemy import NullPool, create_engine, make_url, text

CATALOG, CREDENTIALS = Path("conf/base/catalog.yml"), Path("conf/base/credentials.yml")
QUERY = "SELECT * FROM weather WHERE hour >= 0 ORDER BY origin, time_hour"
TABLE = {"type": "pandas.SQLTableDataset", "table_name": "weather", "credentials": "warehouse"}
FILE = "data/01_raw/weather.parquet"

Change = Callable[..., None]


@pytest.fixture
def change(project: Path) -> Change:
    """Gives entries of the catalog other values; None takes one away."""

    def write(**entries: Any) -> None:
        file = project / CATALOG
        catalog = yaml.safe_load(file.read_text()) | entries
        file.write_text(yaml.safe_dump({name: entry for name, entry in catalog.items() if entry}))

    return write


@pytest.fixture
def warehouse(project: Path, store_url: str, change: Change, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database with the weather of the example, its address in the environment, and a snapshot in the catalog."""
    weather = pd.read_parquet(project / FILE)
    engine = create_engine(store_url, poolclass=NullPool)
    weather.to_sql("weather", engine, index=False)
    monkeypatch.setenv("WAREHOUSE_URL", store_url)
    (project / CREDENTIALS).write_text("warehouse:\n  con: ${oc.env:WAREHOUSE_URL, null}\n")
    raw = yaml.safe_load((project / CATALOG).read_text())["weather_raw"]
    query: dict[str, Any] = {"type": "pandas.SQLQueryDataset", "sql": QUERY, "credentials": "warehouse"}
    query["load_args"] = {"parse_dates": {"time_hour": {"utc": True}}}  # SQLite knows no zones
    change(weather_query=query, weather_raw=raw | {"metadata": {"snapshot_of": "weather_query"}})
    yield store_url
    for engine in SQLQueryDataset.engines.values():
        engine.dispose()
    SQLQueryDataset.engines.clear()


def execute(address: str, statement: str) -> None:
    with create_engine(address, poolclass=NullPool).begin() as connection:
        connection.execute(text(statement))


def pointer(project: Path) -> dict[str, Any]:
    (out,) = yaml.safe_load((project / f"{FILE}.dvc").read_text())["outs"]
    return dict(out)


def test_what_a_query_returns_is_kept_and_says_where_it_came_from(project: Path, warehouse: str, kedro: Kedro) -> None:
    execute(warehouse, "UPDATE weather SET temp = temp + 1")
    before, hashed = pd.read_parquet(project / FILE), pointer(project)["md5"]
    result = kedro("snapshot")
    assert result.exit_code == 0, result.output
    kept, said = pd.read_parquet(project / FILE), pointer(project)
    assert len(kept) == len(before) == said["meta"]["rows"]
    assert kept["temp"].sum() == pytest.approx((before["temp"] + 1).sum())
    assert said["md5"] != hashed
    assert said["meta"]["query"] == QUERY
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]+\+00:00", said["meta"]["taken_at"])
    assert f"{len(kept):,} rows of weather_query; commit {FILE}.dvc" in result.output
    again = kedro("snapshot", "weather_raw")
    assert "the same as the last time" in again.output
    assert pointer(project) == said


def test_rows_that_break_the_contract_are_refused_and_the_last_snapshot_stays(
    project: Path, warehouse: str, kedro: Kedro
) -> None:
    before = (project / FILE).read_bytes()
    execute(warehouse, "UPDATE weather SET origin = 'ZZZ'")
    result = kedro("snapshot")
    assert result.exit_code == 1
    assert "origin" in result.output
    execute(warehouse, "DELETE FROM weather")
    result = kedro("snapshot")
    assert result.exit_code == 1
    assert "weather_query returned no rows" in result.output
    execute(warehouse, "DROP TABLE weather")
    result = kedro("snapshot")
    assert result.exit_code == 1
    database = make_url(warehouse).render_as_string(hide_password=True)
    assert f"weather_query ({QUERY}): {database} does not answer with it: " in " ".join(result.output.split())
    assert "dvc checkout" not in result.output
    assert (project / FILE).read_bytes() == before
    assert [path.name for path in (project / FILE).parent.glob(".*.part")] == []


@pytest.mark.usefixtures("warehouse")
def test_without_its_address_only_the_snapshot_fails(kedro: Kedro, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WAREHOUSE_URL")
    result = kedro("snapshot")
    assert result.exit_code == 1
    assert "has no address: is the variable set that its credentials name?" in result.output
    result = kedro("run", "--env", "ci", "--pipelines=data_processing")
    assert result.exit_code == 0, result.output


def test_credentials_that_nobody_wrote_are_told(project: Path, warehouse: str, kedro: Kedro) -> None:
    assert warehouse
    (project / CREDENTIALS).unlink()
    for command in (["snapshot"], ["run", "--env", "ci"]):
        result = kedro(*command)
        assert result.exit_code == 1
        assert "the catalog names the credentials warehouse, which conf has not" in result.output


def test_a_server_that_is_down_is_named_without_its_password(
    warehouse: str, kedro: Kedro, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert warehouse
    monkeypatch.setenv("WAREHOUSE_URL", "postgresql+psycopg://me:secret@127.0.0.1:1/none")  # pragma: allowlist secret
    result = kedro("snapshot")
    assert result.exit_code == 1
    assert "postgresql+psycopg://me:***@127.0.0.1:1/none does not answer" in result.output
    assert "secret" not in result.output


@pytest.mark.parametrize(
    ("names", "sentence"),
    [(["weather"], "weather is no snapshot; conf/base/catalog.yml has weather_raw"), ([], "a snapshot of nowhere")],
)
def test_names_that_are_unknown_are_refused(
    names: list[str], sentence: str, warehouse: str, change: Change, kedro: Kedro
) -> None:
    assert warehouse
    if not names:
        change(weather_raw={"type": "pandas.ParquetDataset", "filepath": FILE, "metadata": {"snapshot_of": "nowhere"}})
    result = kedro("snapshot", *names)
    assert result.exit_code == 1
    assert sentence in result.output


@pytest.mark.parametrize(
    "entry",
    [
        TABLE,
        {"type": "pandas.SQLQueryDataset", "sql": QUERY, "credentials": "warehouse"},
        {"type": "pandas.SQLQueryDataset", "filepath": "conf/weather.sql", "credentials": "warehouse"},
        {"type": "CachedDataset", "dataset": TABLE},
        {"type": "pandas.ParquetDataset", "filepath": "s3://bucket/weather.parquet"},
        {"type": "partitions.PartitionedDataset", "path": "gs://bucket/weather", "dataset": "pandas.ParquetDataset"},
        {"type": "ibis.TableDataset", "table_name": "weather"},
    ],
    ids=["table", "query", "query in a file", "cached", "remote file", "remote folder", "ibis"],
)
def test_a_training_on_what_is_no_file_is_refused_before_anything_is_read(
    entry: dict[str, Any], project: Path, change: Change, kedro: Kedro
) -> None:
    change(weather_raw=entry)
    for options in (["--pipelines=data_processing"], []):
        result = kedro("run", *options)
        assert result.exit_code == 1
        assert f"weather_raw ({entry['type']}) is no file of this project" in result.output
        assert "type `kedro snapshot`" in " ".join(result.output.split())
    assert "conf/base/catalog.yml" in git(project, "status", "--porcelain")


@pytest.mark.usefixtures("project")
def test_what_stands_in_files_or_in_the_catalog_itself_is_trained_on() -> None:
    from kedro.framework.project import pipelines  # noqa: PLC0415  (of the project in which the test runs)

    training = pipelines["__default__"]
    table, query = {"type": "pandas.CSVDataset", "filepath": "data/01_raw/weather.csv"}, dict(TABLE)
    check_versioned({"weather_raw": {"type": "CachedDataset", "dataset": table}}, training)
    check_versioned({"weather_raw": {"type": "MemoryDataset", "data": None}}, training)
    check_versioned({"weather_raw": query}, pipelines["monitoring"])
    with pytest.raises(RefusedError):
        check_versioned({"weather_raw": query}, training)
