"""Looks whether all is set up, on this machine and for GitHub Actions, and says what to mend."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from dvc.repo import Repo
from mlflow import MlflowClient

from ..errors import RefusedError
from .store import PredictionStore
from .tracking import connect


class Setting(NamedTuple):
    """A variable or secret of the repository on GitHub.

    Attributes:
        name: As Actions see it.
        kind: `variable` or `secret`.
        needed_by: Jobs that refuse to work without it.
        without_it: What happens without it.
        only: Data remote or deploy target that it belongs to; empty for all.
    """

    name: str
    kind: str
    needed_by: tuple[str, ...]
    without_it: str
    only: str = ""


UNREAD, SAME = "Actions cannot read the data: CI judges the sample, trainings fail", "the same"
SETTINGS = (
    Setting("MLFLOW_TRACKING_URI", "variable", ("train", "build", "deploy"), "a push starts no training, and a dispatch fails"),
    Setting("MLFLOW_TRACKING_USERNAME", "variable", (), "an MLflow server with passwords does not answer"),
    Setting("MLFLOW_TRACKING_PASSWORD", "secret", (), SAME),
    Setting("TRAIN_RUNNER", "variable", (), "trainings run on GitHub's machines, which see nothing of your network"),
    Setting("AWS_ROLE", "variable", ("train",), UNREAD, "s3"),
    Setting("AWS_REGION", "variable", ("train",), SAME, "s3"),
    Setting("GCP_PROVIDER", "variable", ("train",), UNREAD, "gs"),
    Setting("GCP_SERVICE_ACCOUNT", "variable", ("train",), SAME, "gs"),
    Setting("AZURE_CLIENT_ID", "variable", ("train",), UNREAD, "azure"),
    Setting("AZURE_TENANT_ID", "variable", ("train",), SAME, "azure"),
    Setting("AZURE_SUBSCRIPTION_ID", "variable", ("train",), SAME, "azure"),
    Setting("IMAGE_REPOSITORY", "variable", (), "images go to ghcr.io, under the name of the repository"),
    Setting("DEPLOY_RUNNER", "variable", (), "deployments come from GitHub's machines, which must reach the target"),
    Setting("APP_ID", "variable", (), "no checks start on the pull request of a training: close it and open it again"),
    Setting("APP_PRIVATE_KEY", "secret", (), SAME),
    Setting("CANARY_PERCENT", "variable", (), "the canary takes 10 % of the requests"),
    Setting("CANARY_SECONDS", "variable", (), "the canary is watched for 300 seconds"),
    Setting("SERVING_KEY", "secret", ("deploy",), "the service does not answer the smoke test: nothing is deployed"),
    Setting("DEPLOY_HOST", "variable", ("deploy",), "nobody knows where to deploy to", "compose"),
    Setting("DEPLOY_FOLDER", "variable", (), "it is deployed to a folder named like the repository", "compose"),
    Setting("DEPLOY_KNOWN_HOSTS", "variable", ("deploy",), "the host is not trusted", "compose"),
    Setting("DEPLOY_SSH_KEY", "secret", ("deploy",), "the host lets nobody in", "compose"),
    Setting("KUBE_CONFIG", "variable", ("deploy",), "nobody knows where to deploy to", "kubernetes"),
)


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


def check(project: Path, job: str, settings: dict[str, Any]) -> None:
    """Refuses to begin a job for which something is missing.

    Raises:
        RefusedError: If a setting that it needs is empty, or MLflow does not answer; it names all settings.
    """
    needed = [setting for setting in relevant(project) if job in setting.needed_by]
    if missing := [setting for setting in needed if not os.environ.get(setting.name)]:
        told = "\n".join(f"  - {setting.kind} {setting.name}: {setting.without_it}" for setting in missing)
        msg = f"the job {job} needs what is not set (docs/operate.md says where):\n{told}"
        raise RefusedError(msg)
    connect(settings, project)


def relevant(project: Path) -> list[Setting]:
    """The settings that concern this project's data remote and deploy target."""
    with Repo(str(project)) as repo:
        remote = repo.config["remote"][repo.config["core"]["remote"]]["url"].partition("://")[0]
    target = "compose" if (project / "compose.yaml").exists() else "kubernetes"
    return [setting for setting in SETTINGS if setting.only in {"", remote, target}]


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
