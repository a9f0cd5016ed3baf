"""`kedro modelops`: how a project stands, what it takes from the plugin, and from later versions of the template."""

from pathlib import Path

import click

from kedro_modelops.conformance.command import conventions, score
from kedro_modelops.contracts.explanations import Explained, ExplainedGroup
from kedro_modelops.updates.command import update


@click.group(cls=ExplainedGroup)
def modelops() -> None:
    """Judge the project, take over what the plugin does, or take in a later version of the template."""


modelops.add_command(Explained(update.name, params=update.params, callback=update.callback, help=update.help))
modelops.add_command(conventions)
modelops.add_command(score)


@modelops.command()
def workflows() -> None:
    """Write the workflows of this project for the root of the repository around it, where GitHub reads them."""
    from kedro_modelops.shared_repository.root_workflows import write_workflows  # noqa: PLC0415  (as below)

    for path in write_workflows(Path.cwd()):
        click.echo(path)


@modelops.command()
@click.argument("pipeline")
def eject(pipeline: str) -> None:
    """Copy PIPELINE of the plugin into the project, where it is the team's from now on."""
    from kedro_modelops.pipelines.ejection import eject as take_over  # noqa: PLC0415  (kedro --help does not need it)

    folder = take_over(Path.cwd(), pipeline)
    click.echo(f"{folder} is yours now: kedro run takes {pipeline} from there, and no update of the plugin changes it.")
    click.echo("Next: make check, make run, and commit it with dvc.yaml.")
