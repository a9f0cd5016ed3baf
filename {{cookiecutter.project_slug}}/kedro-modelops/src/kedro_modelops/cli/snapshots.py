"""`kedro snapshot`: rows of a database, as files that DVC versions."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click
from kedro.framework.session import KedroSession

from kedro_modelops.contracts.explanations import Explained
from kedro_modelops.errors import RefusedError, relative

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro.io import DataCatalog

    from kedro_modelops.snapshots.arrivals import Arrived


@click.command(cls=Explained)
@click.argument("names", nargs=-1)
@click.option("--env", "-e", help="The environment whose catalog and credentials are used.")
def snapshot(names: tuple[str, ...], env: str | None) -> None:
    """Copy what databases return into files: what is trained on, and what has arrived. NAMES, or all snapshots."""
    from kedro_modelops.sessions.versioned_inputs import snapshots  # noqa: PLC0415  (kedro --help does not need it)
    from kedro_modelops.snapshots.arrivals import arrivals_in, take_arrivals  # noqa: PLC0415  (the same)
    from kedro_modelops.snapshots.snapshot import take  # noqa: PLC0415  (the same)

    with KedroSession.create(Path.cwd(), env=env) as session:
        context = cast("KedroSession", session).load_context()
        entries = context.config_loader["catalog"]
        known = snapshots(entries)
        if unknown := [name for name in names if name not in known]:
            msg = f"{unknown[0]} is no snapshot; conf/base/catalog.yml has {', '.join(sorted(known)) or 'none'}"
            raise RefusedError(msg)
        if not known:
            msg = "conf/base/catalog.yml has no snapshot: docs/databases.md shows how to say which query goes where"
            raise RefusedError(msg)
        for name in names or sorted(known):
            catalog = cast("DataCatalog", context.catalog)
            if arrivals := arrivals_in(name, entries[name]):
                _tell(take_arrivals(Path.cwd(), catalog, name, known[name], arrivals), known[name], arrivals.every)
                continue
            taken = take(Path.cwd(), catalog, name, known[name])
            file = relative(taken.file.as_posix())
            then = f"commit {file}.dvc, and `dvc push`" if taken.changed else "the same as the last time"
            click.echo(f"{file}: {taken.rows:,} rows of {known[name]}; {then}")


@click.command(cls=Explained)
@click.option("--pipelines", default="inference,outcomes,monitoring", show_default=True, help="Which read it.")
@click.option("--repository", envvar="DATA_REPOSITORY", show_envvar=True, help="Address for git, with a token.")
@click.option("--revision", envvar="DATA_REVISION", default="main", show_default=True, help="Of the repository.")
@click.option("--env", "-e", envvar="KEDRO_ENV", help="The environment whose catalog and credentials are used.")
def fetch(pipelines: str, repository: str | None, revision: str, env: str | None) -> None:
    """Bring what pipelines read where no clone is: from a repository by DVC, and what has arrived in a database."""
    from kedro.framework.project import pipelines as known  # noqa: PLC0415  (kedro --help does not need it)

    from kedro_modelops.sessions.outputs import location  # noqa: PLC0415  (the same)
    from kedro_modelops.sessions.versioned_inputs import snapshots  # noqa: PLC0415  (the same)
    from kedro_modelops.snapshots.arrivals import arrivals_in, take_arrivals  # noqa: PLC0415  (the same)
    from kedro_modelops.snapshots.repository import fetch as fetch_files  # noqa: PLC0415  (the same)

    with KedroSession.create(Path.cwd(), env=env) as session:
        context = cast("KedroSession", session).load_context()
        entries, catalog = context.config_loader["catalog"], cast("DataCatalog", context.catalog)
        if unknown := [name for name in pipelines.split(",") if name not in known]:
            msg = f"{unknown[0]} is no pipeline; there are {', '.join(sorted(known))}"
            raise RefusedError(msg)
        read = {name for names in pipelines.split(",") for name in known[names].inputs()} & entries.keys()
        sources = snapshots(entries)
        queried = {name: arrivals for name in read & sources.keys() if (arrivals := arrivals_in(name, entries[name]))}
        if not repository and not queried:
            msg = (
                "nobody says where data comes from: DATA_REPOSITORY is not set (https://TOKEN@github.com/…, whose DVC "
                "remote is read), and no folder of arrivals is filled from a database, as docs/databases.md shows"
            )
            raise RefusedError(msg)
        if repository:
            places = sorted(path for name in read - queried.keys() if (path := location(catalog[name])))
            paths = [Path(os.path.relpath(path, Path.cwd())) for path in places]
            for file in fetch_files(Path.cwd(), repository, revision, paths):
                click.echo(f"{relative(file.as_posix())}: from {revision}")
        for name, arrivals in sorted(queried.items()):
            _tell(take_arrivals(Path.cwd(), catalog, name, sources[name], arrivals), sources[name], arrivals.every)


def _tell(arrived: "Iterator[Arrived]", source: str, every: str) -> None:
    """Prints what came, as soon as it is there."""
    rows = 0
    for file, count in arrived:
        rows += count
        click.echo(f"{relative(file.as_posix())}: {count:,} rows of {source}")
    if not rows:
        click.echo(f"{source} has no rows of a {every} that has ended and is not there yet")
