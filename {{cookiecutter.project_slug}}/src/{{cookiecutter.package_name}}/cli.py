"""Commands that this project adds to `kedro`."""

import difflib
from pathlib import Path
from typing import cast

import click
from kedro.config import AbstractConfigLoader
from kedro.framework.cli.project import run as kedro_run
from kedro.framework.session import KedroSession

from .explanations import Explained
from .mlops import deployment, watching  # noqa: F401  (they add commands to `kedro model`)
from .mlops.actions import check as check_settings
from .mlops.commands import model
from .serving.commands import keys, predictions, serve

STAGES = Path("dvc.yaml")


@click.group(name=__name__)
def cli() -> None:
    """Commands of this project."""


cli.add_command(model)
for command in (serve, keys, predictions):
    cli.add_command(command)
cli.add_command(Explained("run", callback=kedro_run.callback, params=kedro_run.params, help=kedro_run.help))


@cli.command("set-parameters", cls=Explained)
@click.argument("assignments", metavar="NAME=VALUE...", nargs=-1, required=True)
def set_parameters(assignments: tuple[str, ...]) -> None:
    """Write parameters, such as training.seed=7, into conf/base."""
    from .mlops.settings import set_parameter  # noqa: PLC0415  (kedro --help does not need it)

    for assignment in assignments:
        click.echo(f"{assignment} stands in {set_parameter(Path('conf/base'), assignment)}")


@cli.command(cls=Explained)
@click.option(
    "--for",
    "workflow",
    type=click.Choice(["train", "monitor", "build", "deploy"]),
    help="A job of a workflow, which is about to begin.",
)
def doctor(workflow: str | None) -> None:
    """Look whether all is set up, here and on GitHub, and say what to mend."""
    if workflow:
        check_settings(Path.cwd(), workflow)
        return
    from .mlops.doctor import examine  # noqa: PLC0415  (kedro --help does not need it)

    for what, wrong in examine(Path.cwd(), _configuration()["mlflow"]):
        click.secho(f"✗ {what}: {wrong}" if wrong else f"✓ {what}", fg="red" if wrong else "green")


@cli.group()
def dvc() -> None:
    """Keep dvc.yaml in step with the Kedro pipelines."""


@dvc.command()
def sync() -> None:
    """Write dvc.yaml anew from the pipelines, the catalog and the parameters."""
    derived = _derived_stages()
    if _current_stages() != derived:
        STAGES.write_text(derived, encoding="utf-8", newline="\n")
    click.echo(f"{STAGES} follows the pipelines")


@dvc.command()
def check() -> None:
    """Fail, with the difference, when dvc.yaml does not follow the pipelines."""
    current, derived = (text.splitlines(keepends=True) for text in (_current_stages(), _derived_stages()))
    difference = difflib.unified_diff(current, derived, str(STAGES), "pipelines")
    if text := "".join(difference):
        msg = f"{STAGES} is out of date; `kedro dvc sync` writes it anew\n{text}"
        raise click.ClickException(msg)


def _current_stages() -> str:
    return STAGES.read_text(encoding="utf-8") if STAGES.exists() else ""


def _derived_stages() -> str:
    from .mlops.stages import Stages  # noqa: PLC0415  (kedro --help does not need it)

    return Stages(Path.cwd(), _configuration()).render()


def _configuration() -> AbstractConfigLoader:
    with KedroSession.create(Path.cwd()) as session:
        return cast("KedroSession", session).load_context().config_loader
