"""`make serve`: the service on the machine of somebody who develops."""

import json
from pathlib import Path
from typing import cast

import click
import mlflow
import pandas as pd
from kedro.framework.session import KedroSession

from ..mlops import registry
from ..mlops.tracking import connect
from ..schemas import EXAMPLE
from .keys import create_key, read_keys, revoke_key
from .run import run
from .settings import Settings
from .sources import RegistrySource, write_bundle

LAPTOP, REFERENCE = "laptop", "reference"


def serve_here(env: str | None, port: int, keys: Path) -> None:
    """Serves the champion; where the registry is on this machine and has none, the challenger, and says so.

    Raises:
        RefusedError: If there is no model, or it is not fit to serve.
    """
    name, reference = _open(env)
    settings = Settings(port=port, keys_file=keys)
    aliases = [settings.alias]
    if not mlflow.get_tracking_uri().startswith(("http", "databricks")):
        aliases.append(registry.CHALLENGER)
    source = RegistrySource(name, *aliases)
    version = source.newest()
    if settings.alias not in registry.aliases(name):
        click.echo(f"There is no {settings.alias} yet: version {version}, the newest challenger, serves in its place.")
    _say_how(settings, keys)
    run(settings, source, reference)


def bundle(env: str | None, wanted: str, folder: Path) -> None:
    """Writes a bundle; RefusedError if there is no such version, or if the folder is not empty."""
    name, reference = _open(env)
    write_bundle(name, wanted, reference, folder)


def _open(env: str | None) -> tuple[str, pd.DataFrame | None]:
    """Connects to the registry; the model's name there, and what rows are completed with."""
    with KedroSession.create(Path.cwd(), env=env) as session:
        context = cast("KedroSession", session).load_context()
        connect(context.config_loader["mlflow"], Path.cwd())
        name: str = context.config_loader["catalog"]["registered_version"]["name"]
        return name, context.catalog.load(REFERENCE) if REFERENCE in context.catalog else None


def _say_how(settings: Settings, keys: Path) -> None:
    for old in [key.id for key in read_keys(keys) if key.name == LAPTOP]:
        revoke_key(keys, old)
    key = create_key(keys, LAPTOP, ["predict", "operate"])
    example = json.dumps({"dataframe_records": [EXAMPLE]})
    address = f"http://{settings.host}:{settings.port}"
    headers = f"-H 'Content-Type: application/json' -H 'Authorization: Bearer {key}'"
    click.echo(f"Documentation: {address}/docs. Try it:\n\ncurl {address}/invocations {headers} -d '{example}'\n")
