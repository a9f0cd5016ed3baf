"""`kedro modelops update`: a later version of the template."""

from pathlib import Path

import click


@click.command()
@click.option(
    "--project",
    type=click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path),
    help="Its folder; the current one by default.",
)
@click.option("--version", help="Tag, branch or commit of the template; without it, the newest.")
@click.option(
    "--template", metavar="ADDRESS", help="Take it from a clone on this machine, or another address, this time."
)
@click.option(
    "--from", "since", metavar="VERSION", help="The version that the project has, where .cruft.json does not say."
)
@click.option("--answer", "answers", multiple=True, metavar="NAME=VALUE", help="To a question; may stand repeatedly.")
@click.option(
    "--patch",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Leave there what `kedro release propose-update` makes a pull request of.",
)
@click.option("--defaults", is_flag=True, help="Answer new questions by their defaults, and list them.")
def update(
    project: Path | None,
    version: str | None,
    template: str | None,
    since: str | None,
    answers: tuple[str, ...],
    patch: Path | None,
    *,
    defaults: bool,
) -> None:
    """Merge a later version of the template with this project: into the working tree and the index, for one commit."""
    from kedro_modelops.updates import updating  # noqa: PLC0415  (kedro --help does not need it)
    from kedro_modelops.updates.proposal import leave  # noqa: PLC0415  (the same)
    from kedro_modelops.updates.summary import summarize  # noqa: PLC0415  (the same)

    done = updating.update(project or Path.cwd(), updating.Wish(version, template, since, answers, defaults))
    if patch:
        leave(done, project or Path.cwd(), patch)
    for paragraph in summarize(done):
        click.echo(paragraph)
