"""Bad data ends with a sentence that names file, column, rule and number of rows, and leaves nothing behind.

The kit spoils each column of each table (`ContractTests`) in a project's own tests; the rules of flights stand there.
"""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from kedro_modelops.testing.project import Kedro, connect, dvc, runs

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
        (FLIGHTS, lambda table: table.assign(distance=table["distance"].astype(str)), ["column 'distance'", "int32"]),
        (FLIGHTS, put("carrier", "ZZ"), ["column 'carrier'", "3 rows", "'ZZ'"]),
        (FLIGHTS, put("origin", None, rows=1), ["column 'origin'", "not_nullable", "1 row,"]),
        (
            FLIGHTS,
            lambda table: pd.concat([table, table.head(3)], ignore_index=True),
            ["flight", "are not unique", "6 rows"],
        ),
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
    assert runs(project) == []


@pytest.fixture
def incoming(project: Path) -> Path:
    """A folder in which all months but January have just arrived."""
    folder = project / "data/incoming"
    folder.mkdir()
    for file in sorted(project.glob("data/01_raw/flights/*.parquet"))[1:]:
        file.rename(folder / file.name)
    return folder


def contents(*folders: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for folder in folders for file in folder.iterdir() if file.is_file()}


def test_months_are_taken_in_one_after_the_other_and_once(project: Path, kedro: Kedro, incoming: Path) -> None:
    arrived, history = contents(incoming), project / "data/01_raw/flights"
    first = kedro("run", "--env", "ci", "--pipelines=ingestion")
    assert first.exit_code == 0, first.output[-1500:]
    assert contents(history).items() > arrived.items()
    assert contents(incoming) == arrived  # they may have to be scored too
    assert "up to date" in dvc(project, "status", f"{history}.dvc")
    before = contents(history, history.parent, incoming)
    assert kedro("run", "--env", "ci", "--pipelines=ingestion").exit_code == 0
    assert contents(history, history.parent, incoming) == before
    assert not (project / "data/quarantine").exists()


def test_months_that_are_broken_go_to_quarantine_and_the_others_are_taken_in(
    project: Path, kedro: Kedro, incoming: Path
) -> None:
    def spoil(month: str, spoiled: Spoil, source: str = "") -> None:
        table = spoiled(pd.read_parquet(incoming / f"{source or month}.parquet"))
        table.to_parquet(incoming / f"{month}.parquet", index=False)

    spoil("2013-07", put("carrier", "ZZ"))
    spoil("2013-08", lambda table: table[table["day"] <= 15])
    spoil("2013-09", lambda table: table, source="2013-03")
    spoil("2013-10", lambda table: table[table["origin"] != "EWR"])
    (incoming / "2014-01.parquet").write_bytes(b"PAR1 and then nothing")
    march = pd.read_parquet(incoming / "2013-03.parquet")
    pd.concat([march, march]).to_parquet(incoming / "2014-02.parquet")  # each label of the index stands twice
    (incoming / "2014-03.parquet").mkdir()
    march.to_parquet(incoming / "2014-03.parquet/part-0.parquet")
    (incoming / "._2014-04.parquet").write_bytes(b"what macOS leaves beside a file")
    broken = kedro("run", "--env", "ci", "--pipelines=ingestion")
    assert broken.exit_code == 1
    told = broken.output.partition("Error: ")[2]
    assert "Traceback" not in told
    reasons = {
        "2013-07": "column 'carrier': rule",
        "2013-08": "days: ",
        "2013-09": "overlap: 1 where 0 is allowed (2013-03)",
        "2013-10": "gone of 'origin': ",
        "2014-01": "2014-01.parquet cannot be read",
        "2014-02": "are not unique",
        "2014-03": "2014-03.parquet is a folder: put the rows into one file of that name",
    }
    for month, reason in reasons.items():
        _, _, after = told.partition(f"{month} is refused, data/quarantine/{month}.md has the details:")
        assert reason in after.partition("is refused")[0]
        assert reason in (project / f"data/quarantine/{month}.md").read_text()
    names = [f"2013-0{month}" for month in range(1, 7)]
    assert sorted(contents(project / "data/01_raw/flights")) == [f"{name}.parquet" for name in names]
    assert sorted(contents(incoming)) == ["._2014-04.parquet", *(f"{name}.parquet" for name in names[1:])]
    assert "passed over ._2014-04.parquet" in " ".join(broken.output.split())
    assert "up to date" in dvc(project, "status", "data/01_raw/flights.dvc")
    assert kedro("run", "--env", "ci", "--pipelines=ingestion").exit_code == 0  # what was refused is not asked again


def test_a_month_that_a_person_has_looked_at_is_taken_in(project: Path, kedro: Kedro, incoming: Path) -> None:
    for file in incoming.glob("*"):
        if file.stem != "2013-02":
            file.unlink()
    table = pd.read_parquet(incoming / "2013-02.parquet")
    table[table["origin"] != "EWR"].to_parquet(incoming / "2013-02.parquet", index=False)
    assert kedro("run", "--env", "ci", "--pipelines=ingestion").exit_code == 1
    (project / "data/quarantine/2013-02.parquet").rename(incoming / "2013-02.parquet")
    accepted = kedro("run", "--env", "ci", "--pipelines=ingestion", "--params=ingestion.accept=2013-02")
    assert accepted.exit_code == 0, accepted.output
    assert (project / "data/01_raw/flights/2013-02.parquet").exists()
