"""`kedro serve`, `kedro keys` and `kedro predictions`."""

import os
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from kedro_modelops.cli.model import FOLDER, model
from kedro_modelops.contracts.explanations import Explained, ExplainedGroup
from kedro_modelops.errors import RefusedError
from kedro_modelops.serving.access.keys import create_key, read_keys, revoke_key

KEYS = Path(os.environ.get("SERVING_KEYS_FILE", "conf/local/serving_keys.json"))
SCOPES = click.Choice(["predict", "operate"])


@click.command(cls=Explained)
@click.option("--env", "-e", envvar="KEDRO_ENV", help="Kedro environment, such as production.")
@click.option("--port", type=int, default=8080, show_default=True, envvar="SERVING_PORT", show_envvar=True)
@click.option("--profile", is_flag=True, help="Show what each step of a request costs, and serve nothing.")
def serve(env: str | None, port: int, *, profile: bool) -> None:
    """Serve the champion on this machine, with a fresh key."""
    from kedro_modelops.serving.laptop import profile_here, serve_here  # noqa: PLC0415  (kedro --help does not need it)

    if profile:
        profile_here(env)
    else:
        serve_here(env, port, KEYS)


@model.command("bundle", cls=Explained)
@click.argument("version")
@FOLDER
@click.pass_context
def write(ctx: click.Context, version: str, folder: Path) -> None:
    """Write all that the service needs of VERSION into FOLDER: for its image."""
    from kedro_modelops.serving.laptop import bundle  # noqa: PLC0415  (kedro --help does not need it)

    bundle(ctx.parent.params["env"] if ctx.parent else None, version, folder)
    click.echo(f"{folder} holds version {version}, ready to serve")


@model.command("reference", cls=Explained)
@click.argument("file", type=click.Path(dir_okay=False, resolve_path=True, path_type=Path))
@click.pass_context
def write_reference(ctx: click.Context, file: Path) -> None:
    """Write what rows are completed with into FILE (reference.csv.gz): for a service that runs with SERVING_REFERENCE.

    `kedro run --to-outputs=reference` makes it anew from what was taken in.
    """
    from kedro_modelops.serving.laptop import write_newer_reference  # noqa: PLC0415  (kedro --help does not need it)

    digest = write_newer_reference(ctx.parent.params["env"] if ctx.parent else None, file)
    click.echo(f"{file} holds reference {digest}")


@click.group(cls=ExplainedGroup)
def keys() -> None:
    """API keys of the prediction service; a running service sees what changes."""


@keys.command()
@click.argument("name")
@click.option("--scope", "scopes", type=SCOPES, multiple=True, default=["predict"], show_default=True)
@click.option("--days", type=click.IntRange(min=1, max=3650), help="After which it ends; without, it is for ever.")
def create(name: str, scopes: tuple[str, ...], days: int | None) -> None:
    """Make a key for NAME and print it; only its salted hash is kept."""
    ends = None if days is None else datetime.now(UTC) + timedelta(days=days)
    click.echo(create_key(KEYS, name, scopes, ends))


@keys.command("list")
def list_keys() -> None:
    """Show which keys there are."""
    for key in read_keys(KEYS):
        ends = f"  until {key.expires:%Y-%m-%d %H:%M}" if key.expires else ""
        over = " (ended)" if key.has_ended() else ""
        click.echo(f"{key.id}  {key.created:%Y-%m-%d %H:%M}  {','.join(sorted(key.scopes))}  {key.name}{ends}{over}")


@keys.command()
@click.argument("identifier", metavar="ID")
def revoke(identifier: str) -> None:
    """Take the key ID back: the part before the point."""
    if not revoke_key(KEYS, identifier):
        msg = f"{KEYS} knows no key {identifier}: `kedro keys list` shows which there are"
        raise RefusedError(msg)


@click.group(cls=ExplainedGroup)
def predictions() -> None:
    """The prediction store."""


@predictions.command(cls=Explained)
@click.option("--before", type=click.DateTime(), help="Predictions that are older than this date (UTC).")
@click.option("--subject", metavar="FIELD=VALUE", help="Predictions in whose inputs FIELD is VALUE; or key=KEY.")
def forget(before: datetime | None, subject: str | None) -> None:
    """Delete predictions, by age or by whom they are about."""
    from kedro_modelops.predictions.prediction_store import PredictionStore  # noqa: PLC0415  (kedro --help does not need it)

    if (before is None) == (subject is None):
        msg = "say either --before DATE or --subject FIELD=VALUE"
        raise RefusedError(msg)
    field, _, value = (subject or "").partition("=")
    with closing(PredictionStore()) as store:
        count = store.forget_before(before.replace(tzinfo=UTC)) if before else store.forget_subject(field, value)
    click.echo(f"{count} predictions deleted")


@predictions.command(cls=Explained)
@click.option("--days", envvar="PREDICTION_DAYS", show_envvar=True, type=click.IntRange(min=1), required=True)
def retain(days: int) -> None:
    """Keep predictions and outcomes of the last DAYS days, delete what is older, and give its space back.

    For a schedule, as docs/run-in-production.md has it.
    """
    from kedro_modelops.serving import retention  # noqa: PLC0415  (kedro --help does not need it)

    click.echo(retention.retain(days))


@predictions.command(cls=Explained)
def upgrade() -> None:
    """Bring the tables up to date: for a role that may change them, where the service's own may not."""
    from kedro_modelops.predictions.prediction_store import PredictionStore  # noqa: PLC0415  (kedro --help does not need it)
    from kedro_modelops.predictions.schema import REVISION  # noqa: PLC0415  (the same)

    PredictionStore().close()
    click.echo(f"the prediction store has revision {REVISION}, or a newer one that this code can write to")
