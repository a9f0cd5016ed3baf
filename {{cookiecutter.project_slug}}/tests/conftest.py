"""A copy of this project around a few hundred rows, in which tests may do what they like."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any
from unittest.mock import patch

import mlflow
import pytest
from click.testing import CliRunner, Result
from kedro.config import OmegaConfigLoader
from kedro.framework.cli.cli import KedroCLI
from mlflow.entities import Run
from threadpoolctl import threadpool_limits

from {{cookiecutter.package_name}}.settings import CONFIG_LOADER_ARGS

pytest_plugins = ["service"]

PROJECT = Path(__file__).parents[1]
DATA = PROJECT / "tests" / "data"
COPIED = ("conf", "dvc.yaml", ".dvc/config", ".dvcignore", ".gitignore", "pyproject.toml", "requirements", "src")
# Beside the copy, wherever the project has its own.
REMOTE = "../{{cookiecutter.project_slug}}-dvc-remote"
IDENTITY = {"GIT_AUTHOR_NAME": "Test", "GIT_AUTHOR_EMAIL": "test@localhost"}
IDENTITY |= {name.replace("AUTHOR", "COMMITTER"): value for name, value in IDENTITY.items()}

Kedro = Callable[..., Result]


@pytest.fixture(scope="session", autouse=True)
def environment() -> Iterator[None]:
    """No telemetry, no settings of the machine, an identity for commits, and one thread, as tables are small."""
    quiet = {"DO_NOT_TRACK": "1", "GIT_CONFIG_GLOBAL": os.devnull, "OMP_NUM_THREADS": "1"}
    with pytest.MonkeyPatch.context() as settings, threadpool_limits(1):
        for name, value in (IDENTITY | quiet).items():
            settings.setenv(name, value)
        settings.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        for name in ("MLFLOW_TRACKING_URI", "KEDRO_ENV"):
            settings.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session")
def parameters() -> dict[str, Any]:
    """What `conf/ci` says, with which the pipelines run here."""
    return dict(OmegaConfigLoader(str(PROJECT / "conf"), env="ci", **CONFIG_LOADER_ARGS)["parameters"])


@pytest.fixture(autouse=True)
def address() -> Iterator[None]:
    """MLflow leaves the address of its store in the environment: the next test has another."""
    with patch.dict(os.environ):
        yield


def git(folder: Path, *arguments: str) -> str:
    """Runs git."""
    return subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True, text=True).stdout.strip()


def dvc(folder: Path, *arguments: str) -> str:
    """Runs DVC."""
    return subprocess.run(["dvc", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def connect(folder: Path) -> mlflow.MlflowClient:
    """The MLflow store of a project."""
    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    return mlflow.MlflowClient()


def runs(folder: Path) -> list[Run]:
    """What was tracked in a project."""
    client = connect(folder)
    return list(client.search_runs([book.experiment_id for book in client.search_experiments()]))


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project with the few rows as its raw data, versioned and committed."""
    folder = tmp_path_factory.mktemp("pristine") / "project"
    for name in COPIED:
        if (PROJECT / name).is_dir():
            shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif (PROJECT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, folder / name)
    shutil.copytree(DATA, folder / "data" / "01_raw")
    (folder / "conf" / "ci" / "globals.yml").write_text("raw: data/01_raw\ndata: data\n")
    (folder / "conf" / "ci" / "mlflow.yml").unlink()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    dvc(folder, "remote", "add", "--quiet", "--force", "--default", "storage", REMOTE)
    dvc(folder, "add", "--quiet", *(f"data/01_raw/{entry.name}" for entry in DATA.iterdir()))
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Start")
    with patch.dict(os.environ):  # MLflow leaves its address there
        assert runs(folder) == []  # its tables are made now, and not in each copy
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
        with patch.dict(os.environ):  # MLflow leaves its address there
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
    with chdir(folder):
        result = kedro("run", "--env", "ci")
        assert result.exit_code == 0, result.output[-1500:]
    return folder
