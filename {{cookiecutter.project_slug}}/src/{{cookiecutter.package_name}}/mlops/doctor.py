"""Looks whether all is set up, on this machine and for GitHub Actions, and says what to mend."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from dvc.repo import Repo
from mlflow import MlflowClient

from ..errors import RefusedError
from .actions import relevant
from .store import PredictionStore
from .tracking import connect


def examine(project: Path, settings: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Looks at this machine, and at the repository on GitHub if one is logged in there.

    Args:
        project: Root folder.
        settings: Of `mlflow.yml`.

    Yields:
        What was looked at, and what is wrong with it: nothing, if it is empty.
    """
    looks: dict[str, Callable[[], str]] = {
        "git": _author,
        "data": lambda: _data(project),
        "DVC remote": lambda: _remote(project),
        "MLflow": lambda: _mlflow(project, settings),
        "prediction store": _store,
        "Docker": _docker,
    }
    for what, look in looks.items():
        yield what, look()
    yield from _on_github(project)


def _author() -> str:
    return "" if _ask("git", "config", "user.email") else "git config --global user.email NAME@HOST, and user.name"


def _data(project: Path) -> str:
    with Repo(str(project)) as repo:
        outs = [out for stage in repo.index.stages if stage.is_data_source for out in stage.outs]
        missing = [str(out) for out in outs if not out.exists]
    return f"{', '.join(missing)} is missing: make data" if missing else ""


def _remote(project: Path) -> str:
    with Repo(str(project)) as repo:
        remote = repo.cloud.get_remote_odb()
        try:
            remote.fs.exists(remote.path)
        except Exception as error:  # each kind of remote has its own
            return f"{remote.path}: {error}"
    return ""


def _mlflow(project: Path, settings: dict[str, Any]) -> str:
    try:
        connect(settings, project)
        MlflowClient().search_registered_models(max_results=1)
    except RefusedError as error:
        return error.message
    return ""


def _store() -> str:
    try:
        PredictionStore().close()
    except RefusedError as error:
        return error.message
    return ""


def _docker() -> str:
    return "" if _ask(os.environ.get("DOCKER", "docker"), "version") else "no engine answers: no images can be built"


def _on_github(project: Path) -> Iterator[tuple[str, str]]:
    if not _ask("gh", "auth", "status"):
        yield "GitHub", "not looked at: install gh, and gh auth login"
        return
    listed = (json.loads(_ask("gh", kind, "list", "--json", "name") or "[]") for kind in ("variable", "secret"))
    known = {row["name"] for rows in listed for row in rows}
    for setting in relevant(project):
        yield f"{setting.kind} {setting.name}", "" if setting.name in known else f"not set: {setting.without_it}"


def _ask(*command: str) -> str:
    if shutil.which(command[0]) is None:
        return ""
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  (the commands above)
    return (done.stdout or "yes") if done.returncode == 0 else ""
