"""Commands that this project adds to `kedro`."""

from pathlib import Path
from typing import cast

import click
from kedro.config import AbstractConfigLoader
from kedro.framework.cli.project import run as kedro_run
from kedro.framework.session import KedroSession

from kedro_modelops.cli import deployment, ledger, retraining  # noqa: F401  (they add commands to those groups)
from kedro_modelops.cli.adopt import adopt
from kedro_modelops.cli.model import model
from kedro_modelops.cli.modelops import modelops
from kedro_modelops.cli.release import release
from kedro_modelops.cli.serving import keys, predictions, serve
from kedro_modelops.cli.snapshots import fetch, snapshot
from kedro_modelops.contracts.explanations import Explained, ExplainedGroup
from kedro_modelops.logs.command import logs
from kedro_modelops.program_output import AS_JSON, answer, only_answers
from kedro_modelops.release.github_settings import check as check_settings
from kedro_modelops.sessions.exclusive_run import ExclusiveCommand
from kedro_modelops.sessions.progress import VERBOSE_OPTION


@click.group(name=__name__)
def cli() -> None:
    """Commands of this project."""


for command in (adopt, logs, model, modelops, release, serve, keys, predictions, fetch, snapshot):
    cli.add_command(command)
RUN_OPTIONS = [*kedro_run.params, VERBOSE_OPTION]
cli.add_command(ExclusiveCommand("run", callback=kedro_run.callback, params=RUN_OPTIONS, help=kedro_run.help))


@cli.command("set-parameters", cls=Explained)
@click.argument("assignments", metavar="NAME=VALUE...", nargs=-1, required=True)
def set_parameters(assignments: tuple[str, ...]) -> None:
    """Write parameters, such as training.seed=7, into conf/base."""
    from kedro_modelops.sessions.parameter_files import set_parameter  # noqa: PLC0415  (kedro --help does not need it)

    for assignment in assignments:
        click.echo(f"{assignment} stands in {set_parameter(Path('conf/base'), assignment)}")


@cli.command(cls=Explained)
@click.option(
    "--for",
    "workflow",
    type=click.Choice(["train", "monitor", "build", "deploy"]),
    help="A job of a workflow, which is about to begin.",
)
@AS_JSON
@click.pass_context
def doctor(ctx: click.Context, workflow: str | None, as_json: bool) -> None:
    """Look whether all is set up, here and on GitHub, and say what to mend; exit code 1 where something is missing."""
    if workflow:
        check_settings(Path.cwd(), workflow)
        return
    from kedro_modelops.release.doctor import MARKS, examine, judge  # noqa: PLC0415  (kedro --help does not need it)

    with only_answers(as_json):
        known, looks = _configuration(), []
        for what, wrong in examine(Path.cwd(), known["mlflow"], known["catalog"]["registered_version"]["name"]):
            looks.append({"what": what, "verdict": judge(what, wrong), "told": wrong})
            if not as_json:
                mark, color = MARKS[judge(what, wrong)]
                click.secho(f"{mark} {what}: {wrong}" if wrong else f"{mark} {what}", fg=color)
    if as_json:
        answer(looks)
    ctx.exit(int(any(look["verdict"] == "missing" for look in looks)))


@cli.group(cls=ExplainedGroup)
def dvc() -> None:
    """Keep dvc.yaml in step with the Kedro pipelines."""


@dvc.command()
def sync() -> None:
    """Write dvc.yaml anew from the pipelines, the catalog and the parameters."""
    from kedro_modelops.stages import in_step  # noqa: PLC0415  (kedro --help does not need it)

    in_step.sync(Path.cwd(), _configuration())
    click.echo(f"{in_step.FILE} follows the pipelines")


@dvc.command()
def check() -> None:
    """Fail, with the difference, when dvc.yaml does not follow the pipelines."""
    from kedro_modelops.stages import in_step  # noqa: PLC0415  (kedro --help does not need it)

    if text := in_step.difference(Path.cwd(), _configuration()):
        msg = f"{in_step.FILE} is out of date; `kedro dvc sync` writes it anew\n{text}"
        raise click.ClickException(msg)


def _configuration() -> AbstractConfigLoader:
    with KedroSession.create(Path.cwd()) as session:
        return cast("KedroSession", session).load_context().config_loader
