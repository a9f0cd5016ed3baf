"""Fixtures: a copy of the project around the few rows of `tests/data`, in which tests may do what they like.

A project's `tests/conftest.py` says `pytest_plugins = ["kedro_modelops.testing.project"]`; tests run in its folder.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import chdir
from copy import deepcopy
from dataclasses import replace
from functools import cache
from pathlib import Path
from pkgutil import iter_modules
from typing import Any
from unittest.mock import patch

import mlflow
import pytest
from click.testing import CliRunner, Result
from kedro.framework.cli.cli import KedroCLI
from kedro.io import DataCatalog
from kedro.utils import find_kedro_project
from threadpoolctl import threadpool_limits

from kedro_modelops.problem import load_problem
from kedro_modelops.testing import commands
from kedro_modelops.testing.commands import IDENTITY, PROJECT, REMOTE, connect, dvc, enter_copy, git, read_conf, runs  # noqa: F401  (tests find them here too)

pytest_plugins = [f"{__package__}.scheduling"]
MODULES = {found.name for found in iter_modules([str(Path(__file__).parent)])} - {"commands", "project", "scheduling"}
pytest.register_assert_rewrite(*(f"{__package__}.{name}" for name in MODULES))

DATA = PROJECT / "tests" / "data"
COPIED = ["conf", "dvc.yaml", ".dvc/config", ".dvcignore", ".gitignore", "pyproject.toml", "requirements", "src"]
COPIED += ["kedro-modelops"]
Kedro = Callable[..., Result]
ReplaceProblem = Callable[..., None]
Load = Callable[[str], Any]


@pytest.fixture(scope="session", autouse=True)
def environment() -> Iterator[None]:
    """No telemetry, no settings of the machine, an identity for commits, and one thread, as tables are small."""
    quiet = {"DO_NOT_TRACK": "1", "GIT_CONFIG_GLOBAL": os.devnull, "OMP_NUM_THREADS": "1"}
    with pytest.MonkeyPatch.context() as patched, threadpool_limits(1):
        for name, value in (IDENTITY | quiet).items():
            patched.setenv(name, value)
        patched.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        for name in ("MLFLOW_TRACKING_URI", "KEDRO_ENV"):
            patched.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session")
def parameters() -> dict[str, Any]:
    """What `conf/ci` says, with which the pipelines run here."""
    return read_conf("ci")


@pytest.fixture
def replace_problem(monkeypatch: pytest.MonkeyPatch) -> ReplaceProblem:
    """Gives fields of the project's problem other values until the test ends: `replace_problem(identify=number)`.

    The one object that all modules share is changed; it refuses what has the wrong shape, as ever.
    """

    def change(**values: Any) -> None:
        problem = load_problem()
        for name, value in vars(replace(problem, **values)).items():
            monkeypatch.setitem(vars(problem), name, value)

    return change


@pytest.fixture(autouse=True)
def address() -> Iterator[None]:
    """MLflow leaves the address of its store in the environment: the next test has another."""
    with patch.dict(os.environ):
        yield


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project with the few rows as its raw data, versioned and committed."""
    folder = tmp_path_factory.mktemp("pristine") / "project"
    for name in COPIED:
        if (PROJECT / name).is_dir():
            shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif (PROJECT / name).exists():
            (folder / name).parent.mkdir(exist_ok=True)
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
    return enter_copy(pristine, tmp_path, monkeypatch)


@pytest.fixture(scope="session")
def kedro() -> Kedro:
    """Runs a kedro command in the current folder; what it printed and its exit code are in the result."""

    def run(*arguments: str) -> Result:
        with patch.dict(os.environ), commands.garbage_kept():  # MLflow leaves its address there
            try:
                return CliRunner().invoke(KedroCLI(find_kedro_project(Path.cwd())), list(arguments))
            finally:
                mlflow.end_run()

    return run


@pytest.fixture(scope="session")
def trained(pristine: Path, tmp_path_factory: pytest.TempPathFactory, kedro: Kedro) -> Path:
    """The project after one `kedro run`; tests may look, but not change it."""
    folder = tmp_path_factory.mktemp("trained") / "100 % ours"
    shutil.copytree(pristine, folder, symlinks=True)
    with chdir(folder):
        result = kedro("run", "--env", "ci")
        assert result.exit_code == 0, result.output[-1500:]
    return folder


@pytest.fixture(scope="session")
def load(trained: Path) -> Load:
    """Loads a dataset of the trained project, by its name in the catalog: once, and a copy for each who asks."""
    catalog = DataCatalog.from_config(read_conf("ci", "catalog", trained))

    @cache
    def load_dataset(name: str) -> Any:
        with chdir(trained):
            return catalog.load(name)

    return lambda name: deepcopy(load_dataset(name))
