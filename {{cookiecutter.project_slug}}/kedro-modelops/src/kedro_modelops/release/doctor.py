"""Looks whether all is set up, on this machine and for GitHub Actions, and says what to mend."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from dvc.repo import Repo
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from kedro_modelops.errors import RefusedError
from kedro_modelops.predictions.prediction_store import PredictionStore
from kedro_modelops.registry.ledger.audit import audit
from kedro_modelops.release import whereabouts
from kedro_modelops.release.deployment.platform import UNSEEN, examine_platform
from kedro_modelops.release.github import examine_repository
from kedro_modelops.release.github_settings import SETTINGS
from kedro_modelops.tracking.embedded_store import EMBEDDED
from kedro_modelops.tracking.runs import connect

MARKS = {"good": ("✓", "green"), "optional": ("○", "yellow"), "missing": ("✗", "red")}
"""How each verdict is shown."""
WRITING = "DVC remote, to write"
OPTIONAL = {"Docker", "GitHub", "workflows", WRITING}
"""Without these, a project trains and serves on this machine."""
PROBE = "doctor"
"""Name of what is written, to see whether that is allowed."""


def judge(what: str, wrong: str) -> str:
    """The verdict on what was looked at: `good`, `missing`, or `optional`, where nothing stops for want of it."""
    if not wrong:
        return "good"
    needless = {f"{setting.kind} {setting.name}" for setting in SETTINGS if not setting.needed_by}
    unset = (what in needless and wrong.startswith("not set")) or wrong.startswith(UNSEEN)
    return "optional" if unset or what in OPTIONAL else "missing"


def examine(project: Path, settings: dict[str, Any], name: str) -> Iterator[tuple[str, str]]:
    """Looks at this machine, and at the repository on GitHub if one is logged in there.

    Args:
        project: Root folder.
        settings: Of `mlflow.yml`.
        name: Of the registered model.

    Yields:
        What was looked at, and what is wrong with it: nothing, if it is empty.
    """
    looks: dict[str, Callable[[], str]] = {
        "environment": lambda: whereabouts.environment(project),
        "git": _author,
        "repository": lambda: whereabouts.repository(project),
        "commit hook": lambda: whereabouts.commit_hook(project),
        "workflows": lambda: whereabouts.root_workflows(project),
        "data": lambda: _data(project),
        "DVC remote": lambda: _remote(project, lambda remote: remote.fs.exists(remote.path)),
        WRITING: lambda: _remote(project, _write),
        "MLflow": lambda: _mlflow(project, settings, name),
        "ledger": lambda: _ledger(name),
        "prediction store": _store,
        "Docker": _docker,
    }
    for what, look in looks.items():
        yield what, look()
    yield from examine_platform(project)
    yield from examine_repository(project)


def _author() -> str:
    return "" if _ask("git", "config", "user.email") else "git config --global user.email NAME@HOST, and user.name"


def _data(project: Path) -> str:
    with Repo(str(project)) as repo:
        outs = [out for stage in repo.index.stages if stage.is_data_source for out in stage.outs]
        missing = [str(out) for out in outs if not out.exists]
    return f"{', '.join(missing)} is missing: make data" if missing else ""


def _remote(project: Path, look: Callable[[Any], object]) -> str:
    with Repo(str(project)) as repo:
        remote = repo.cloud.get_remote_odb()
        try:
            look(remote)
        except Exception as error:  # each kind of remote has its own
            return f"{remote.path}: {error}"
    return ""


def _write(remote: Any) -> None:
    """Only who trains has to be allowed to."""
    probe = remote.fs.join(remote.path, f"{PROBE}-{os.getpid()}")
    remote.fs.makedirs(remote.path, exist_ok=True)
    remote.fs.pipe_file(probe, b"kedro doctor")
    remote.fs.remove(probe)


def _mlflow(project: Path, settings: dict[str, Any], name: str) -> str:
    try:
        connect(settings, project)
        found = MlflowClient().search_registered_models(f"name = '{name}'")
    except RefusedError as error:
        return error.message
    return _registers(settings["experiment"], name if found else "") or whereabouts.artifacts(
        project, settings["experiment"]
    )


def _registers(experiment: str, name: str) -> str:
    """Why whoever logs in to a server may not register there."""
    client = MlflowClient()
    if client.tracking_uri.startswith(EMBEDDED) or (known := client.get_experiment_by_name(experiment)) is None:
        return ""
    try:
        client.set_experiment_tag(known.experiment_id, PROBE, "may write")
        if name:
            client.set_registered_model_tag(name, PROBE, "may register")
    except MlflowException as error:
        return f"who logs in may read, and not register: {error}"
    return ""


def _ledger(name: str) -> str:
    try:
        return "; ".join(audit(name))
    except MlflowException:
        return "not looked at: MLflow does not answer"


def _store() -> str:
    try:
        PredictionStore().close()
    except RefusedError as error:
        return error.message
    return ""


def _docker() -> str:
    return "" if _ask(os.environ.get("DOCKER", "docker"), "version") else "no engine answers: no images can be built"


def _ask(*command: str) -> str:
    if shutil.which(command[0]) is None:
        return ""
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  (the commands above)
    return (done.stdout or "yes") if done.returncode == 0 else ""
