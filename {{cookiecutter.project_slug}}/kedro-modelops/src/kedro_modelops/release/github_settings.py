"""Variables and secrets of the repository on GitHub that its workflows use."""

import os
from configparser import ConfigParser
from pathlib import Path
from typing import NamedTuple

from kedro_modelops.errors import RefusedError


class Setting(NamedTuple):
    """A variable or secret of the repository on GitHub.

    Attributes:
        name: As Actions see it.
        kind: `variable` or `secret`.
        needed_by: Jobs that refuse to work without it.
        without_it: What happens without it.
        only: Data remote or deploy target that it belongs to; empty for all.
        environments: Of GitHub, in which it is set. A secret stands in no other place: any branch reads those of the
            repository. A variable may stand in the repository instead, for all environments that have none.
    """

    name: str
    kind: str
    needed_by: tuple[str, ...]
    without_it: str
    only: str = ""
    environments: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Where it is set, in words."""
        return ", ".join(f"`{name}`" for name in self.environments) or "the repository"

    def within(self, suffix: str) -> "Setting":
        """The same, in the environments of a project whose names end with `suffix`."""
        return self._replace(environments=tuple(f"{name}{suffix}" for name in self.environments))


OPEN = "ci"
"""The environment that any branch enters, and so holds no secret."""
PROTECTED = ("training", "monitoring", "build", "staging", "production")
"""Environments that let in `main` alone."""
DEPLOYED = ("staging", "production")
ALL = ("train", "monitor", "build", "deploy")
UNREAD, SAME = "Actions cannot read the data: CI judges the sample, trainings fail", "the same"
SETTINGS = (
    Setting("MLFLOW_TRACKING_URI", "variable", ALL, "a push starts no training; other jobs fail"),
    Setting("MLFLOW_TRACKING_USERNAME", "variable", (), "an MLflow server with passwords does not answer"),
    Setting("MLFLOW_TRACKING_PASSWORD", "secret", (), SAME, environments=PROTECTED),
    Setting("TRAIN_RUNNER", "variable", (), "trainings run on GitHub's machines, which see nothing of your network"),
    Setting("UV_INDEX", "variable", (), "packages come from the public index alone"),
    Setting("AWS_ROLE", "variable", ("train", "monitor"), UNREAD, "s3"),
    Setting("AWS_REGION", "variable", ("train", "monitor"), SAME, "s3"),
    Setting("GCP_PROVIDER", "variable", ("train", "monitor"), UNREAD, "gs"),
    Setting("GCP_SERVICE_ACCOUNT", "variable", ("train", "monitor"), SAME, "gs"),
    Setting("AZURE_CLIENT_ID", "variable", ("train", "monitor"), UNREAD, "azure"),
    Setting("AZURE_TENANT_ID", "variable", ("train", "monitor"), SAME, "azure"),
    Setting("AZURE_SUBSCRIPTION_ID", "variable", ("train", "monitor"), SAME, "azure"),
    Setting("IMAGE_REPOSITORY", "variable", (), "images go to ghcr.io, under the name of the repository"),
    Setting("REGISTRY_USERNAME", "variable", (), "jobs log in to ghcr.io, ECR and Google's registry by their tokens"),
    Setting(
        "REGISTRY_PASSWORD",
        "secret",
        (),
        "other registries of images let nobody in",
        environments=("build", *DEPLOYED),
    ),
    Setting("DEPLOY_RUNNER", "variable", (), "deployments come from GitHub's machines, which must reach the target"),
    Setting("APP_CLIENT_ID", "variable", (), "pull requests of workflows start no checks, and change no workflow"),
    Setting("APP_PRIVATE_KEY", "secret", (), SAME, environments=("training",)),
    Setting(
        "PREDICTION_STORE_URL", "secret", (), "only what is scored in batches is watched", environments=("monitoring",)
    ),
    Setting(
        "MONITORING_WEBHOOK", "secret", (), "findings are issues, and nobody is called", environments=("monitoring",)
    ),
    Setting("CANARY_PERCENT", "variable", (), "the canary takes 10 % of the requests"),
    Setting("CANARY_SECONDS", "variable", (), "the canary is watched for 300 seconds"),
    Setting(
        "SERVING_KEY",
        "secret",
        ("deploy",),
        "the service does not answer the smoke test: nothing is deployed",
        environments=DEPLOYED,
    ),
    Setting(
        "DEPLOY_HOST", "variable", ("deploy",), "nobody knows where to deploy to", "compose", environments=DEPLOYED
    ),
    Setting(
        "DEPLOY_FOLDER",
        "variable",
        (),
        "it is deployed to a folder named like the repository",
        "compose",
        environments=DEPLOYED,
    ),
    Setting("DEPLOY_KNOWN_HOSTS", "variable", ("deploy",), "the host is not trusted", "compose", environments=DEPLOYED),
    Setting("DEPLOY_SSH_KEY", "secret", ("deploy",), "the host lets nobody in", "compose", environments=DEPLOYED),
    Setting(
        "KUBE_CONFIG", "variable", ("deploy",), "nobody knows where to deploy to", "kubernetes", environments=DEPLOYED
    ),
)


def check(project: Path, job: str) -> None:
    """Refuses to begin a job for which something is missing.

    Raises:
        RefusedError: If a setting that it needs is empty; it names all such settings.
    """
    needed = [setting for setting in relevant(project) if job in setting.needed_by]
    if missing := [setting for setting in needed if not os.environ.get(setting.name)]:
        told = "\n".join(f"  - {setting.kind} {setting.name}: {setting.without_it}" for setting in missing)
        msg = f"the job {job} needs what is not set (docs/operate.md says where):\n{told}"
        raise RefusedError(msg)


def relevant(project: Path) -> list[Setting]:
    """The settings that concern this project's data remote and deploy target."""
    config = ConfigParser()
    config.read(project / ".dvc" / "config", encoding="utf-8")
    remote = config[f"'remote \"{config['core']['remote']}\"'"]["url"].partition("://")[0]
    target = "compose" if (project / "compose.yaml").exists() else "kubernetes"
    return [setting for setting in SETTINGS if setting.only in {"", remote, target}]
