"""`kedro serve`, `kedro keys` and `kedro predictions`."""

import os
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import click

from ..errors import RefusedError
from ..explanations import Explained
from ..mlops.commands import model
from .keys import create_key, read_keys, revoke_key

KEYS = Path(os.environ.get("SERVING_KEYS_FILE", "conf/local/serving_keys.json"))
SCOPES = click.Choice(["predict", "operate"])


@click.command(cls=Explained)
@click.option("--env", "-e", envvar="KEDRO_ENV", help="Kedro environment, such as production.")
@click.option("--port", type=int, default=8080, show_default=True)
def serve(env: str | None, port: int) -> None:
    """Serve the champion on this machine, with a fresh key."""
    from .laptop import serve_here  # noqa: PLC0415  (kedro --help does not need it)

    serve_here(env, port, KEYS)


@model.command("bundle", cls=Explained)
@click.argument("version")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.pass_context
def write(ctx: click.Context, version: str, folder: Path) -> None:
    """Write all that the service needs of VERSION into FOLDER: for its image."""
    from .laptop import bundle  # noqa: PLC0415  (kedro --help does not need it)

    bundle(ctx.parent.params["env"] if ctx.parent else None, version, folder)
    click.echo(f"{folder} holds version {version}, ready to serve")


@click.group()
def keys() -> None:
    """API keys of the prediction service; a running service sees what changes."""


@keys.command()
@click.argument("name")
@click.option("--scope", "scopes", type=SCOPES, multiple=True, default=["predict"], show_default=True)
def create(name: str, scopes: tuple[str, ...]) -> None:
    """Make a key for NAME and print it; only its salted hash is kept."""
    click.echo(create_key(KEYS, name, scopes))


@keys.command("list")
def list_keys() -> None:
    """Show which keys there are."""
    for key in read_keys(KEYS):
        click.echo(f"{key.id}  {key.created:%Y-%m-%d %H:%M}  {','.join(sorted(key.scopes))}  {key.name}")


@keys.command()
@click.argument("identifier", metavar="ID")
def revoke(identifier: str) -> None:
    """Take the key ID back: the part before the point."""
    if not revoke_key(KEYS, identifier):
        msg = f"{KEYS} knows no key {identifier}: `kedro keys list` shows which there are"
        raise RefusedError(msg)


@click.group()
def predictions() -> None:
    """The prediction store."""


@predictions.command(cls=Explained)
@click.option("--before", type=click.DateTime(), help="Predictions that are older than this date (UTC).")
@click.option("--subject", metavar="FIELD=VALUE", help="Predictions in whose inputs FIELD is VALUE; or key=KEY.")
def forget(before: datetime | None, subject: str | None) -> None:
    """Delete predictions, by age or by whom they are about."""
    from ..mlops.store import PredictionStore  # noqa: PLC0415  (kedro --help does not need it)

    if (before is None) == (subject is None):
        msg = "say either --before DATE or --subject FIELD=VALUE"
        raise RefusedError(msg)
    field, _, value = (subject or "").partition("=")
    with closing(PredictionStore()) as store:
        count = store.forget_before(before.replace(tzinfo=UTC)) if before else store.forget_subject(field, value)
    click.echo(f"{count} predictions deleted")
