"""What a deployment asks the registry for: which version may go, what it has to answer, and which image it became."""

from typing import TYPE_CHECKING

import click

from ..errors import RefusedError
from .commands import ENVIRONMENTS, Open, model

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion

# MLflow is imported where it is needed: kedro --help must not wait for it.


@model.command()
@click.argument("version")
@click.pass_obj
def verify(console: Open, version: str) -> None:
    """Refuse VERSION if a gate refused it, or a piece of its lineage is missing; print its number."""
    click.echo(_deployable(console, version).version)


@model.command()
@click.argument("version")
@click.pass_obj
def golden(console: Open, version: str) -> None:
    """Print what VERSION, if it may serve, answered to some requests when it was trained, as JSON."""
    from . import registry  # noqa: PLC0415  (MLflow, as said above)

    click.echo(registry.golden(_deployable(console, version)))


def _deployable(console: Open, wanted: str) -> "ModelVersion":
    """A version that may serve; RefusedError for another."""
    from . import promotion, registry  # noqa: PLC0415  (MLflow, as said above)

    version = registry.find(console().name, wanted)
    promotion.check(version)
    return version


@model.command("set-image")
@click.argument("version")
@click.argument("image")
@click.pass_obj
def set_image(console: Open, version: str, image: str) -> None:
    """Note that IMAGE, named by its digest, was built with VERSION: it becomes part of its lineage."""
    from . import registry  # noqa: PLC0415  (MLflow, as said above)

    if "@sha256:" not in image:
        msg = f"{image} names no digest, so that it can become another image any day: write NAME@sha256:…"
        raise RefusedError(msg)
    registry.set_image(console().name, version, image)


@model.command()
@click.option("--in", "environment", type=ENVIRONMENTS, default="production", show_default=True, help="Where.")
@click.pass_obj
def previous(console: Open, environment: str) -> None:
    """Print the version that a rollback would bring back, and its image."""
    from . import ledger, promotion  # noqa: PLC0415  (MLflow, as said above)

    before = promotion.previous(ledger.read(console().name, environment), environment)
    if not before.image:
        msg = f"version {before.after} served without an image that the ledger knows: deploy it as a new one"
        raise RefusedError(msg)
    click.echo(f"{before.after} {before.image}")
