"""`kedro fetch`, where no clone is: what pipelines read comes from a repository, once, and whole."""

import shutil
from pathlib import Path

import pytest
from dvc.repo import Repo
from kedro_modelops.errors import RefusedError
from kedro_modelops.snapshots.repository import fetch
from kedro_modelops.testing.project import git


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One whose data are in a DVC remote, and nowhere else."""
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    home = tmp_path / "repository"
    (home / "data" / "incoming").mkdir(parents=True)
    for month in ("2013-11", "2013-12"):
        (home / "data" / "incoming" / f"{month}.parquet").write_text(f"rows of {month}")
    (home / "data" / "weather.parquet").write_text("weather")
    (home / "data" / "notes.txt").write_text("in git")
    git(home, "init", "--quiet", "--initial-branch", "main")
    monkeypatch.chdir(home)  # where DVC makes pointers
    with Repo.init(str(home)) as repo:
        with repo.config.edit() as config:
            config["core"]["remote"] = "storage"
            config["remote"]["storage"] = {"url": str(tmp_path / "remote")}
        repo.add(["data/incoming", "data/weather.parquet"])
        repo.push()
    git(home, "add", "--all")
    git(home, "commit", "--quiet", "--message", "Data")
    shutil.rmtree(home / ".dvc" / "cache")
    shutil.rmtree(home / "data" / "incoming")
    return home


PATHS = [Path("data/incoming"), Path("data/weather.parquet"), Path("data/scores"), Path("data/notes.txt")]


def test_what_arrived_is_fetched_once_and_what_was_spoiled_again(repository: Path, tmp_path: Path) -> None:
    volume = tmp_path / "volume"
    fetched = [path.relative_to(volume).as_posix() for path in fetch(volume, str(repository), "main", PATHS)]
    assert sorted(fetched) == ["data/incoming/2013-11.parquet", "data/incoming/2013-12.parquet", "data/weather.parquet"]
    assert (volume / "data/incoming/2013-12.parquet").read_text() == "rows of 2013-12"
    assert list(fetch(volume, str(repository), "main", PATHS)) == []
    (volume / "data/weather.parquet").write_text("half of the wea")
    (volume / "data/incoming/2014-01.parquet").write_text("from elsewhere")
    assert [path.name for path in fetch(volume, str(repository), "main", PATHS)] == ["weather.parquet"]
    assert (volume / "data/incoming/2014-01.parquet").exists()
    assert not list(volume.rglob("*.part"))


@pytest.mark.parametrize("fault", ["address", "revision", "remote"])
def test_what_does_not_answer_is_said_without_the_token(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    url = f"https://x:{'a-token'}@127.0.0.1:1/data.git" if fault == "address" else str(repository)
    if fault == "remote":
        shutil.rmtree(tmp_path / "remote")
    with pytest.raises(RefusedError, match="does not give what is tracked there") as refusal:
        list(fetch(tmp_path / "volume", url, "none" if fault == "revision" else "main", PATHS))
    assert "a-token" not in refusal.value.message
    assert not list((tmp_path / "volume").rglob("*.parquet"))
