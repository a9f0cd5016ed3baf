"""A deployment, and what it asks the registry for: which version may go, what it answers, which image it became."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kedro_modelops.cli.model import BETTER, ENVIRONMENTS, FOLDER, PASSED, Open, model, open_console
from kedro_modelops.cli.release import ENV, option, release
from kedro_modelops.errors import RefusedError

if TYPE_CHECKING:
    from kedro_modelops.cli.console import ModelConsole
    from kedro_modelops.release.deployment.registered_versions import RegisteredVersions

SHARES = click.IntRange(1, 99)
"""Of a canary, in percent: while one side's containers are replaced, the other takes all requests."""


@model.command()
@click.argument("version")
@click.pass_obj
def verify(console: Open, version: str) -> None:
    """Refuse VERSION if a gate refused it, or a piece of its lineage is missing; print its number."""
    click.echo(_versions(console()).number(version))


@model.command()
@click.argument("version")
@click.pass_obj
def golden(console: Open, version: str) -> None:
    """Print what VERSION, if it may serve, answered to some requests when it was trained, as JSON."""
    click.echo(_versions(console()).golden(version))


@model.command("set-image")
@click.argument("version")
@click.argument("image")
@click.pass_obj
def set_image(console: Open, version: str, image: str) -> None:
    """Note that IMAGE, named by its digest, was built with VERSION: it becomes part of its lineage."""
    from kedro_modelops.registry import model_registry  # noqa: PLC0415  (kedro --help must not wait for MLflow)

    if "@sha256:" not in image:
        msg = f"{image} names no digest, so that it can become another image any day: write NAME@sha256:…"
        raise RefusedError(msg)
    model_registry.set_image(console().name, version, image)


@model.command()
@click.option("--in", "environment", type=ENVIRONMENTS, default="production", show_default=True, help="Where.")
@click.pass_obj
def previous(console: Open, environment: str) -> None:
    """Print the version that a rollback would bring back, and its image."""
    click.echo(" ".join(_versions(console()).previous(environment)))


@model.command()
@click.argument("version")
@FOLDER
@click.pass_obj
def export(console: Open, version: str, folder: Path) -> None:
    """Write a copy of VERSION, with its lineage, into FOLDER: for an image, which cannot reach the registry."""
    console().export(version, folder)


@model.command()
@click.argument("version")
@click.option("--to", "uri", required=True, help="Address of the other MLflow server.")
@click.pass_obj
def copy(console: Open, version: str, uri: str) -> None:
    """Copy VERSION, with its run, lineage and evidence, to another MLflow server, where it becomes the challenger."""
    from kedro_modelops.release.deployment.version_copy import copy_version  # noqa: PLC0415  (MLflow)

    opened = console()
    copied = copy_version(opened.name, version, uri, opened.context.config_loader["mlflow"], Path.cwd())
    click.echo(f"{uri} has it as version {copied.version}, the challenger; its seal, lineage and evidence are whole.")


@release.command()
@option("--to", "TO", "Where.", type=ENVIRONMENTS, required=True)
@option("--version", "VERSION", "Number or alias, or rollback for what served before.", required=True)
@option("--image", "IMAGE", "Named by its digest; by default the one that was built with VERSION.")
@option("--pipelines-image", "PIPELINES_IMAGE", "What scores at night in a cluster.")
@option("--reason", "REASON", "For the ledger.")
@option("--unsigned", "UNSIGNED", "At home: yes lets an image pass that deploy.yml did not build.")
@option("--canary-percent", "CANARY_PERCENT", "Share of the canary.", type=SHARES, default=10, show_default=True)
@option("--canary-seconds", "CANARY_SECONDS", "How long it is watched.", type=float, default=300, show_default=True)
@ENV
def deploy(env: str | None, canary_percent: int, canary_seconds: float, **words: Any) -> None:
    """Bring an image, which holds a version, to an environment; what fails leaves what served before.

    The image is verified, has to give the golden answers, takes a share of the requests as a canary, then all; the
    ledger says so. At home, with UNSIGNED=yes, a version without an image gets one first. SERVING_KEY, and DEPLOY_HOST
    or KUBE_CONFIG and what belongs to them, come from the environment.
    """
    from kedro_modelops.release import images  # noqa: PLC0415  (kedro --help does not need it)
    from kedro_modelops.release.deployment import canary, deployment, target  # noqa: PLC0415  (the same)

    def bring(image: str, pipelines: str, golden: dict[str, Any]) -> None:
        seconds = canary_seconds if environment == "production" else 0  # nobody asks staging yet
        trial = canary.Trial(golden, os.environ.get("SERVING_KEY", ""), canary_percent, seconds)
        with target.open_target(environment, pipelines) as place:
            canary.release(place, image, trial)

    environment = words.pop("to")
    reason = words.pop("reason") or (BETTER if words["version"] == deployment.ROLLBACK else PASSED)
    order = deployment.Order(environment, reason=reason, unsigned=bool(words.pop("unsigned")), **words)
    deployment.deploy(order, _versions(open_console(env)), bring, images.build)


def _versions(console: "ModelConsole") -> "RegisteredVersions":
    from kedro_modelops.release.deployment.registered_versions import RegisteredVersions  # noqa: PLC0415  (MLflow)

    return RegisteredVersions(console.name)
