"""What names the project's folder, and is wrong after it was moved, copied, or put into another repository."""

import re
import sys
from pathlib import Path

import mlflow
from mlflow import MlflowClient
from mlflow.utils.file_utils import local_file_uri_to_path

from kedro_modelops.shared_repository.root_workflows import outdated
from kedro_modelops.tracking.commits import git

REPAIR = "make setup"


def environment(project: Path) -> str:
    """What is wrong with the environment that runs; a machine without a `.venv`, such as a container, has another."""
    own = project / ".venv"
    if own.is_dir() and Path(sys.prefix).resolve() != own.resolve():
        return f"{sys.prefix} runs, which is not the project's own: {REPAIR}, and then .venv/bin/kedro"
    return ""


def repository(project: Path) -> str:
    """What is wrong with the repository that git finds."""
    root = git(project, "rev-parse", "--show-toplevel")
    if not root:
        return f"there is no repository: {REPAIR}"
    if Path(root).resolve() != project.resolve() and not git(project, "ls-files", "pyproject.toml"):
        return f"git takes {root} for the project's repository, which has none of its files: {REPAIR} makes its own"
    return ""


def commit_hook(project: Path) -> str:
    """What is wrong with the hook that checks commits."""
    if not (project / ".git").exists():  # the repository around the project has its own hooks
        return ""
    hook = project / git(project, "rev-parse", "--git-path", "hooks/pre-commit")
    if not hook.is_file():
        return f"no hook checks commits: {REPAIR}"
    named = re.search(r"^INSTALL_PYTHON='?([^'\n]*)", hook.read_text(encoding="utf-8"), re.MULTILINE)
    python = project / (named[1] if named else ".")
    if named and not python.exists():
        return f"the hook that checks commits runs {named[1]}, which is gone: {REPAIR}"
    if not python.is_relative_to(project):
        return f"the hook that checks commits runs {python}, of another folder: {REPAIR}"
    return ""


def root_workflows(project: Path) -> str:
    """What is wrong with the workflows at the root of the repository around the project."""
    stale = ", ".join(path.name for path in outdated(project))
    return f"{stale} at the root are not of this version: kedro modelops workflows" if stale else ""


def artifacts(project: Path, experiment: str) -> str:
    """What is wrong with the place of the experiment's artifacts; nothing while it has none, or on a server."""
    known = mlflow.get_experiment_by_name(experiment)
    if known is None or not known.artifact_location.startswith("file:"):
        return ""
    if not MlflowClient().search_runs([known.experiment_id], max_results=1):
        return ""
    folder = Path(local_file_uri_to_path(known.artifact_location))  # type: ignore[no-untyped-call]
    if folder.is_dir() or folder.is_relative_to(project.resolve()):
        return ""
    return f"artifacts were kept in {folder}, which is gone: bring it back, or train anew"
