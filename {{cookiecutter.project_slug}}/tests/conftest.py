"""A few hundred real rows, and a copy of this project around them, in which tests may do what they like."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import mlflow
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from kedro.framework.cli.cli import KedroCLI

PROJECT = Path(__file__).parents[1]
DATA = PROJECT / "tests" / "data"
COPIED = ("conf", "data/01_raw", "dvc.yaml", ".dvc/config", ".dvcignore", ".gitignore", "pyproject.toml", "requirements", "src")
IDENTITY = {"GIT_AUTHOR_NAME": "Test", "GIT_AUTHOR_EMAIL": "test@localhost"}
IDENTITY |= {name.replace("AUTHOR", "COMMITTER"): value for name, value in IDENTITY.items()}

Kedro = Callable[..., Result]


@pytest.fixture(scope="session", autouse=True)
def environment() -> Iterator[None]:
    """No telemetry, no settings of the machine, and an identity for commits."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (IDENTITY | {"DO_NOT_TRACK": "1", "GIT_CONFIG_GLOBAL": os.devnull}).items():
            patch.setenv(name, value)
        for name in ("MLFLOW_TRACKING_URI", "KEDRO_ENV"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session")
def months() -> dict[str, pd.DataFrame]:
    """Flights by month."""
    return {file.stem: pd.read_parquet(file) for file in sorted((DATA / "flights").glob("*.parquet"))}


@pytest.fixture(scope="session")
def weather() -> pd.DataFrame:
    """The weather at the hours of these flights."""
    return pd.read_parquet(DATA / "weather.parquet")


def git(folder: Path, *arguments: str) -> str:
    """Runs git."""
    return subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True, text=True).stdout.strip()


def dvc(folder: Path, *arguments: str) -> str:
    """Runs DVC."""
    return subprocess.run(["dvc", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project with the few rows as its raw data, versioned and committed."""
    folder = tmp_path_factory.mktemp("pristine") / "project"
    for name in COPIED:
        if (PROJECT / name).is_dir():
            shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("*.parquet", "__pycache__"))
        elif (PROJECT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, folder / name)
    shutil.copytree(DATA, folder / "data" / "01_raw", dirs_exist_ok=True)
    (folder / "conf" / "ci" / "globals.yml").write_text("raw: data/01_raw\ndata: data\n")
    (folder / "conf" / "ci" / "mlflow.yml").unlink()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    dvc(folder, "add", "--quiet", "data/01_raw/flights", "data/01_raw/weather.parquet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Start")
    return folder


@pytest.fixture
def project(pristine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh copy of the project, in which the test runs."""
    folder = tmp_path / "project"
    shutil.copytree(pristine, folder, symlinks=True)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="session")
def kedro() -> Kedro:
    """Runs a kedro command in the current folder; what it printed and its exit code are in the result."""

    def run(*arguments: str) -> Result:
        try:
            return CliRunner().invoke(KedroCLI(Path.cwd()), list(arguments))
        finally:
            mlflow.end_run()

    return run


@pytest.fixture(scope="session")
def trained(pristine: Path, tmp_path_factory: pytest.TempPathFactory, kedro: Kedro) -> Path:
    """The project after one `kedro run`; tests may look, but not change it."""
    folder = tmp_path_factory.mktemp("trained") / "project"
    shutil.copytree(pristine, folder, symlinks=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        result = kedro("run", "--env", "ci")
        assert result.exit_code == 0, result.output[-1500:]
    return folder
