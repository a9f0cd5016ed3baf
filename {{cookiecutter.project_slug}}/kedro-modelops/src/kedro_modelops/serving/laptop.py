"""`make serve`: the service on the machine of somebody who develops."""

import json
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

import click
import mlflow
import pandas as pd
from click.exceptions import Exit
from kedro.framework.session import KedroSession

from kedro_modelops.errors import RefusedError
from kedro_modelops.logs.json_lines import JsonLog
from kedro_modelops.predictions.digests import hash_table
from kedro_modelops.problem import load_problem
from kedro_modelops.registry import model_registry
from kedro_modelops.registry.ledger.audit import audit
from kedro_modelops.serving.access.keys import create_key, read_keys, revoke_key
from kedro_modelops.serving.run import run, serve
from kedro_modelops.serving.scoring.models import ModelSlot
from kedro_modelops.serving.scoring.reference_files import write_table
from kedro_modelops.serving.scoring.references import Reference
from kedro_modelops.serving.scoring.request_costs import ALL, request_costs
from kedro_modelops.serving.scoring.sources import RegistrySource, write_bundle
from kedro_modelops.serving.settings import Settings, read_settings
from kedro_modelops.serving.workers.worker import Worker
from kedro_modelops.terminal_tables import print_table
from kedro_modelops.tracking.runs import connect

LAPTOP, REFERENCE = "laptop", "reference"


def serve_here(env: str | None, port: int, keys: Path) -> None:
    """Serves the champion; where the registry is on this machine and has none, the challenger, and says so.

    Raises:
        RefusedError: If there is no model, or it is not fit to serve.
    """
    name, reference, trusted_types = _open(env)
    settings = read_settings(port=port, keys_file=keys, model_name=name, trusted_types=tuple(trusted_types))
    aliases = [settings.alias]
    if not mlflow.get_tracking_uri().startswith(("http", "databricks")):
        aliases.append(model_registry.CHALLENGER)
    version = RegistrySource(name, *aliases).newest()
    if settings.alias not in model_registry.aliases(name):
        click.echo(f"There is no {settings.alias} yet: version {version}, the newest challenger, serves in its place.")
    for sentence in audit(name):
        click.echo(sentence)
    _say_how(settings, keys)
    os.environ["MLFLOW_TRACKING_URI"] = mlflow.get_tracking_uri()  # for the process of a challenger
    if code := serve(settings, partial(serve_registered, aliases, reference), JsonLog("service")):
        raise Exit(code)


def serve_registered(
    aliases: Sequence[str], reference: pd.DataFrame | None, settings: Settings, worker: Worker | None = None
) -> None:
    """Serves the version that has the first of the aliases."""
    source = RegistrySource(str(settings.model_name), *aliases, trusted_types=settings.trusted_types)
    run(settings, source, reference, JsonLog("service"), worker=worker)


def profile_here(env: str | None) -> None:
    """Prints what each step of a request costs with the version that `serve_here` would serve.

    Raises:
        RefusedError: If there is no model, or it is not fit to serve.
    """
    name, reference, trusted_types = _open(env)
    source = RegistrySource(name, read_settings().alias, model_registry.CHALLENGER, trusted_types=trusted_types)
    rows = _recorded_requests(name, source.newest())
    slot = ModelSlot(source, Reference(reference))
    one, many = (request_costs(slot, some) for some in (rows[:1], rows))
    whole = one[ALL]
    lines = [[step, cost, f"{100 * cost / whole:.0f} %", many[step]] for step, cost in one.items()]
    headings = ["step", "one row, ms", "share", f"{len(rows)} rows, ms"]
    print_table(f"What a request costs: {name} {slot.current.version}", headings, lines)


def _recorded_requests(name: str, version: str) -> list[dict[str, Any]]:
    """The requests that a version answered when it was trained; without them, the example of the contract."""
    try:
        rows: list[dict[str, Any]] = json.loads(model_registry.golden(model_registry.find(name, version)))["rows"]
    except RefusedError:
        rows = [dict(load_problem().example)]
    return rows


def bundle(env: str | None, wanted: str, folder: Path) -> None:
    """Writes a bundle; RefusedError if there is no such version, or if the folder is not empty."""
    name, reference, trusted_types = _open(env)
    for sentence in audit(name):
        click.echo(sentence, err=True)
    write_bundle(name, wanted, reference, folder, trusted_types)


def write_newer_reference(env: str | None, file: Path) -> str:
    """Writes the catalog's `reference`, which its contract judges, for a service that runs; returns its digest.

    Raises:
        RefusedError: If there is none.
    """
    if (reference := _open(env)[1]) is None:
        msg = f"the catalog has no table `{REFERENCE}`: rows come whole"
        raise RefusedError(msg)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_table(reference, file)
    return hash_table(reference)


def _open(env: str | None) -> tuple[str, pd.DataFrame | None, list[str]]:
    """Connects to the registry; the model's name there, what rows are completed with, and types it may hold."""
    with KedroSession.create(Path.cwd(), env=env) as session:
        context = cast("KedroSession", session).load_context()
        connect(context.config_loader["mlflow"], Path.cwd())
        catalog = context.config_loader["catalog"]
        reference = context.catalog.load(REFERENCE) if REFERENCE in context.catalog else None
        return catalog["registered_version"]["name"], reference, catalog["model"]["trusted_types"]


def _say_how(settings: Settings, keys: Path) -> None:
    for old in [key.id for key in read_keys(keys) if key.name == LAPTOP]:
        revoke_key(keys, old)
    key = create_key(keys, LAPTOP, ["predict", "operate"])
    example = json.dumps({"dataframe_records": [dict(load_problem().example)]})
    address = f"http://{settings.host}:{settings.port}"
    headers = f"-H 'Content-Type: application/json' -H 'Authorization: Bearer {key}'"
    click.echo(f"Documentation: {address}/docs. Try it:\n\ncurl {address}/invocations {headers} -d '{example}'\n")
