"""Months are scored once, and whole."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from kedro_modelops.predictions.partitions import WholeParquetDataset, WrittenOnce
from kedro_modelops.registry.model_registry import CHAMPION
from kedro_modelops.testing.project import Kedro, connect
from rows import arrivals

SCORES, DELIVERED = Path("data/07_model_output/scores"), Path("data/08_reporting/scores")
MONTHS = ["2013-01", "2013-02", "2013-03"]
"""Names of files; any would do."""


@pytest.fixture
def arrived(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the trained project in which three months have arrived."""
    project = tmp_path / "project"
    shutil.copytree(trained, project, symlinks=True)
    incoming = project / "data" / "incoming"
    incoming.mkdir(parents=True)
    rows = pd.concat(arrivals().values(), ignore_index=True)
    for number, month in enumerate(MONTHS):
        rows.iloc[number :: len(MONTHS)].to_parquet(incoming / f"{month}.parquet", index=False)
    (name,) = (found.name for found in connect(project).search_registered_models())
    connect(project).set_registered_model_alias(name, CHAMPION, "1")
    monkeypatch.chdir(project)
    return incoming


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in sorted(folder.iterdir())}


def score(kedro: Kedro, *more: str) -> str:
    result = kedro("run", "--env", "ci", "--pipelines=inference", *more)
    assert result.exit_code == 0, result.output[-1500:]
    return result.output


def test_all_months_are_scored_delivered_and_not_scored_again(arrived: Path, kedro: Kedro) -> None:
    score(kedro)
    before = state(SCORES), state(DELIVERED)
    assert [*before[0]] == [f"{month}.parquet" for month in MONTHS]
    scores, delivered = pd.read_parquet(SCORES), pd.read_parquet(DELIVERED)
    rows = pd.read_parquet(arrived)
    assert len(scores) == len(delivered) == len(rows) == scores["prediction_id"].nunique()
    assert set(scores["version"]) == {"1"}
    score(kedro)
    assert (state(SCORES), state(DELIVERED)) == before
    traced = kedro("model", "trace", scores["prediction_id"].iloc[-1])
    assert "git.commit" in traced.output
    last = scores.iloc[-1]
    explained = kedro("model", "--env", "ci", "explain", last["prediction_id"]).output
    chances = last["probabilities"]
    told = last["output"] if chances is None else chances[1] if len(chances) == 2 else max(chances)
    assert "1. What was recorded" in explained
    assert f"Version 1 answers {told:.4f}" in explained


def test_one_month_is_scored(arrived: Path, kedro: Kedro) -> None:
    score(kedro, "--params=inference.month=2013-02")
    assert [file.stem for file in SCORES.iterdir()] == ["2013-02"]
    missing = kedro("run", "--env", "ci", "--pipelines=inference", "--params=inference.month=2019-01")
    assert "no rows for inference.month=2019-01; there are 2013-01, 2013-02, 2013-03" in missing.output


def test_what_was_interrupted_goes_on(arrived: Path, kedro: Kedro) -> None:
    whole = (arrived / "2013-02.parquet").read_bytes()
    (arrived / "2013-02.parquet").write_bytes(whole[:1000])
    broken = kedro("run", "--env", "ci", "--pipelines=inference")
    assert broken.exit_code == 1
    assert "2013-02.parquet" in broken.output
    before = state(SCORES)
    assert [*before] == ["2013-01.parquet", "2013-03.parquet"]  # the broken one has not stopped the next
    assert [*state(DELIVERED)] == [*before]
    (arrived / "2013-02.parquet").write_bytes(whole)
    score(kedro)
    after = state(SCORES)
    assert sorted(after) == [f"{month}.parquet" for month in MONTHS]
    assert {month: after[month] for month in before} == before


def test_what_is_no_file_of_rows_stops_no_other_month(arrived: Path, kedro: Kedro) -> None:
    january, march = (pd.read_parquet(arrived / f"{month}.parquet") for month in (MONTHS[0], MONTHS[2]))
    pd.concat([part.reset_index(drop=True) for part in (january[::2], january[1::2])]).to_parquet(
        arrived / f"{MONTHS[0]}.parquet"
    )
    (arrived / f"{MONTHS[1]}.parquet").unlink()
    (arrived / f"{MONTHS[1]}.parquet").mkdir()
    march.to_parquet(arrived / f"{MONTHS[1]}.parquet/part-0.parquet")
    (arrived / f"._{MONTHS[2]}.parquet").write_bytes(b"what macOS leaves beside a file")
    result = kedro("run", "--env", "ci", "--pipelines=inference")
    told = " ".join(result.output.split())
    assert result.exit_code == 1
    assert f"{MONTHS[1]}.parquet is a folder: put the rows into one file of that name" in told
    assert f"passed over ._{MONTHS[2]}.parquet" in told
    assert "Traceback" not in told
    scored = {file.stem: len(pd.read_parquet(file)) for file in SCORES.iterdir()}
    assert scored == {MONTHS[0]: len(january), MONTHS[2]: len(march)}


def test_without_a_champion_nothing_is_scored(arrived: Path, kedro: Kedro) -> None:
    (name,) = (found.name for found in connect(Path.cwd()).search_registered_models())
    connect(Path.cwd()).delete_registered_model_alias(name, CHAMPION)
    result = kedro("run", "--env", "ci", "--pipelines=inference")
    assert "has no version with the alias 'champion'" in result.output
    assert not SCORES.exists()


def test_a_file_that_could_not_be_written_whole_is_not_there(tmp_path: Path) -> None:
    dataset = WholeParquetDataset(filepath=str(tmp_path / "table.parquet"))
    with pytest.raises(Exception, match=r"Conversion failed|Could not convert"):
        dataset.save(pd.DataFrame({"mixed": [1, "two", {3}]}))
    assert not (tmp_path / "table.parquet").exists()
    table = pd.DataFrame({"number": [1, 2]})
    dataset.save(table)
    pd.testing.assert_frame_equal(dataset.load(), table)
    assert [file.name for file in tmp_path.iterdir()] == ["table.parquet"]


def test_one_partition_is_in_memory_at_a_time(tmp_path: Path) -> None:
    dataset = WrittenOnce(path=str(tmp_path / "p"), dataset=WholeParquetDataset, filename_suffix=".parquet")
    there: list[list[str]] = []

    def compute() -> pd.DataFrame:
        there.append(sorted(file.name for file in tmp_path.glob("p/*")))
        return pd.DataFrame({"number": [1]})

    dataset.save({"a": compute, "b": compute})
    dataset.save({"a": compute, "c": compute})
    assert there == [[], ["a.parquet"], ["a.parquet", "b.parquet"]]
