"""Where the project is and what it says, and what tests do to a copy of it beside `kedro` commands."""

import gc
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import mlflow
import pytest
from kedro.config import OmegaConfigLoader
from kedro.framework.project import settings
from kedro.framework.startup import bootstrap_project
from kedro.utils import find_kedro_project
from mlflow.entities import Run

PROJECT = find_kedro_project(Path.cwd()) or Path.cwd()
"""Where the tests run."""
IDENTITY = {"GIT_AUTHOR_NAME": "Test", "GIT_AUTHOR_EMAIL": "test@localhost"}
IDENTITY |= {name.replace("AUTHOR", "COMMITTER"): value for name, value in IDENTITY.items()}
"""Of commits."""
REMOTE = "../dvc-remote"  # beside the copy, wherever the project has its own


def read_conf(environment: str, kind: str = "parameters", project: Path = PROJECT) -> dict[str, Any]:
    """Parameters, or catalog, of an environment."""
    bootstrap_project(PROJECT)
    return dict(OmegaConfigLoader(str(project / "conf"), env=environment, **settings.CONFIG_LOADER_ARGS)[kind])


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


def enter_copy(original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copies a project into a test's own folder, and lets the test run there."""
    folder = tmp_path / "project"
    shutil.copytree(original, folder, symlinks=True)
    monkeypatch.chdir(folder)
    return folder


@contextmanager
def garbage_kept() -> Iterator[None]:
    """Keeps the collector out of a run.

    What earlier tests have left may run code when it is collected. Until CPython 3.11.8, such code breaks `ast`, by
    which NumPy reads the header of an array: SystemError, AST constructor recursion depth mismatch (issue 106905).
    """
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
