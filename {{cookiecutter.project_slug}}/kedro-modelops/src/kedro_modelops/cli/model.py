"""`kedro model`: which versions there are, which serve, where they come from, and why they answer as they do."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, cast

import click

from kedro_modelops.contracts.explanations import ExplainedGroup
from kedro_modelops.program_output import AS_JSON, tell

if TYPE_CHECKING:
    from kedro_modelops.cli.console import ModelConsole

Open = Callable[[], "ModelConsole"]
ENVIRONMENTS = click.Choice(["staging", "production"])
PASSED, BETTER = "it passed its gates", "the version before served better"
"""Reasons for a promotion and for a rollback, where nobody says another."""
APPROVED_BY = click.option("--approved-by", default="", help="Who let it pass, for the ledger.")
FOLDER = click.argument("folder", type=click.Path(file_okay=False, resolve_path=True, path_type=Path))


@click.group(cls=ExplainedGroup)
@click.option("--env", "-e", envvar="KEDRO_ENV", help="Kedro environment, such as production.")
@click.pass_context
def model(ctx: click.Context, env: str | None) -> None:
    """Registered versions: list, promote, roll back, compare, explain, reproduce.

    VERSION is a number, or an alias: challenger, staging or champion.
    """
    ctx.obj = partial(open_console, env)


def open_console(env: str | None) -> "ModelConsole":
    """Connects to the registry, and says where it and the ledger differ. `kedro --help` must not wait for this."""
    from kedro.framework.session import KedroSession  # noqa: PLC0415

    from kedro_modelops.cli.console import ModelConsole  # noqa: PLC0415
    from kedro_modelops.registry.ledger.audit import audit  # noqa: PLC0415

    with KedroSession.create(Path.cwd(), env=env) as session:
        console = ModelConsole(cast("KedroSession", session).load_context(), click.echo)
    for sentence in audit(console.name):
        click.secho(sentence, err=True, fg="yellow")
    return console


@model.command("list")
@AS_JSON
@click.pass_obj
def list_versions(console: Open, as_json: bool) -> None:
    """Show all versions, the newest first."""
    tell(console, as_json, lambda opened: opened.describe(), lambda opened: opened.list())


@model.command()
@click.argument("version")
@click.option("--to", "environment", type=ENVIRONMENTS, required=True, help="Where it serves from now on.")
@click.option("--reason", default=PASSED, show_default=True, help="For the ledger.")
@APPROVED_BY
@click.pass_obj
def promote(console: Open, version: str, environment: str, reason: str, approved_by: str) -> None:
    """Make VERSION serve, if it has passed its gates and all of its lineage is known."""
    console().promote(version, environment, reason, approved_by)


@model.command()
@click.option("--in", "environment", type=ENVIRONMENTS, default="production", show_default=True, help="Where.")
@click.option("--reason", default=BETTER, show_default=True, help="For the ledger.")
@APPROVED_BY
@click.pass_obj
def rollback(console: Open, environment: str, reason: str, approved_by: str) -> None:
    """Make the version serve again that served before, as the ledger knows it."""
    console().rollback(environment, reason, approved_by)


@model.command()
@click.option("--output", type=click.File("a", encoding="utf-8"), default="-", help="File to append it to.")
@click.pass_obj
def summary(console: Open, output: TextIO) -> None:
    """Tell in Markdown what the newest training came to, beside the champion, and what the gates said."""
    output.write(f"{console().summary()}\n")


@model.command()
@click.argument("version")
@AS_JSON
@click.pass_obj
def card(console: Open, version: str, as_json: bool) -> None:
    """Print the model card of VERSION, as Markdown."""
    tell(console, as_json, lambda opened: opened.describe_card(version), lambda opened: opened.card(version))


@model.command()
@click.argument("first")
@click.argument("second")
@AS_JSON
@click.pass_obj
def compare(console: Open, first: str, second: str, as_json: bool) -> None:
    """Show metrics and cost of two versions, and which parameters and lineage differ."""
    tell(console, as_json, lambda one: one.describe_comparison(first, second), lambda one: one.compare(first, second))


@model.command()
@click.argument("key")
@click.option(
    "--version", help="Which version is asked; by default the champion, or the challenger while there is none."
)
@click.pass_obj
def explain(console: Open, key: str, version: str | None) -> None:
    """Show, step by step, how a version answers, and what each feature contributes.

    KEY is that of a held-out row, or the id of a prediction, which is explained by the version that made it.
    """
    console().explain(key, version)


@model.command()
@click.argument("version")
@FOLDER
@click.pass_obj
def data(console: Open, version: str, folder: Path) -> None:
    """Copy into FOLDER the data that VERSION was trained on, from DVC's cache or remote."""
    console().data(version, folder)


@model.command()
@click.argument("version")
@click.option("--keep", is_flag=True, help="Leave the worktree, to look into it.")
@click.pass_obj
def reproduce(console: Open, version: str, keep: bool) -> None:
    """Train VERSION anew from its commit, data and lock; compare parameters, metrics and, bit by bit, predictions."""
    console().reproduce(version, keep=keep)


@model.command()
@click.argument("prediction_id")
@click.pass_obj
def trace(console: Open, prediction_id: str) -> None:
    """Show what led to a prediction: version, run, commit, data and gates."""
    console().trace(prediction_id)
