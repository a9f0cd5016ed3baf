"""`kedro release`: what brings a model from training to production, and tells people; workflows call these commands."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from kedro_modelops.cli.model import open_console
from kedro_modelops.contracts.explanations import Explained, ExplainedGroup
from kedro_modelops.errors import RefusedError
from kedro_modelops.release import __main__ as bare
from kedro_modelops.release.programs import ReleaseError

ENV = click.option("--env", "-e", envvar="KEDRO_ENV", help="Kedro environment, such as production.")


class _Refusing(click.Command):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ReleaseError as error:
            raise RefusedError(str(error)) from error


class ReleaseCommand(Explained, _Refusing):
    """A command whose refusals are sentences, and no errors of our code."""


class ReleaseGroup(ExplainedGroup):
    """Commands of this kind."""

    command_class = ReleaseCommand


@click.group(cls=ReleaseGroup)
def release() -> None:
    """Train, propose, push, verify, deploy, report: the steps of a release.

    Settings and secrets come from the environment, as CI systems give them; docs/operate.md lists them.
    """


def option(name: str, envvar: str, text: str, **more: Any) -> Callable[[Any], Any]:
    """An option of a command that CI systems give by a variable of the environment."""
    default = {} if "required" in more else {"default": ""}
    return click.option(name, envvar=envvar, show_envvar=True, help=text, **default | more)


@release.command("log-in")
def log_in() -> None:
    """In GitHub Actions: take over the variables, and log in to the cloud that they name, for the steps that follow."""
    _run("log-in")


@release.command()
@option("--parameters", "PARAMETERS", "Such as training.seed=7: written into conf/base, and committed, first.")
@option("--reasons", "REASONS", "Why, where something else than a person asked.")
@ENV
def train(parameters: str, reasons: str, env: str | None) -> None:
    """Train on what has changed; build/training tells what came out, and holds the commits to propose."""
    from kedro_modelops.release import training  # noqa: PLC0415  (kedro --help does not need it)

    sys.exit(training.train(parameters, reasons, lambda: open_console(env).summary()))


@release.command()
def propose() -> None:
    """Open a pull request with the commits that `train` left, and say in it what came out.

    REPORT is the address of the report, if there is one.
    """
    _run("propose")


@release.command("propose-update")
def propose_update() -> None:
    """Open a pull request with what `kedro modelops update --patch build/update` left, or renew the open one."""
    _run("propose-update")


@release.command()
def report() -> None:
    """Open an issue for each finding of the monitoring, close those that are gone, ask for a training.

    Reads data/08_reporting/monitoring.json, or MONITORING. WEBHOOK is called with what is new; TRAINING says for which
    findings a training is asked for, REFUSED why none is.
    """
    _run("report")


@release.command()
@click.argument("images", nargs=-1, required=True, type=click.Choice(["serve", "train"]))
def push(images: tuple[str, ...]) -> None:
    """Push IMAGES, built here, to IMAGE_REPOSITORY, tagged with VERSION; print their names there, with digests."""
    _run("push", *images)


@release.command()
@click.argument("images", metavar="IMAGE...", nargs=-1, required=True)
def verify(images: tuple[str, ...]) -> None:
    """Refuse each IMAGE that deploy.yml did not build, sign and attest on main of this repository."""
    _run("verify", *images)


@release.command()
@click.argument("image")
def smoke(image: str) -> None:
    """Start IMAGE of the service, sealed as where it serves, and ask it for the prediction of its example."""
    from kedro_modelops.release.smoke import smoke as try_image  # noqa: PLC0415  (kedro --help does not need it)

    try_image(image)


@release.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """Write what the stack of compose.yaml has stored, and its secrets, to FILE.

    The stack of DEPLOY_HOST or, without it, of this machine.
    """
    from kedro_modelops.release.deployment.backup import back_up  # noqa: PLC0415  (kedro --help does not need it)

    back_up(file)


@release.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--replace", is_flag=True, help="Put it in the place of what is stored there.")
def restore(file: Path, replace: bool) -> None:
    """Bring back what FILE, written by `backup`, holds: databases, artifacts and, where there are none, secrets."""
    from kedro_modelops.release.deployment import backup  # noqa: PLC0415  (kedro --help does not need it)

    backup.restore(file, replace=replace)


@release.command()
def rotate_password() -> None:
    """Change the password of the prediction store in the stack of compose.yaml, while it serves."""
    from kedro_modelops.release.deployment import backup  # noqa: PLC0415  (kedro --help does not need it)

    backup.rotate_password()


def _run(command: str, *words: str) -> None:
    """Runs what `python -m kedro_modelops.release` runs too."""
    bare.command(command)(*words)
