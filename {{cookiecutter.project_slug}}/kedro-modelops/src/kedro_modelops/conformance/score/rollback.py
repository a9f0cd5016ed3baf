"""Tries a rollback, in a copy of the embedded registry."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import mlflow
from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion

from kedro_modelops.conformance.score.last_run import require
from kedro_modelops.registry import model_registry, promotion, seals
from kedro_modelops.registry.ledger import entries
from kedro_modelops.tracking.embedded_store import EMBEDDED

REASON = "a rehearsal, in a copy of the registry"
PRODUCTION = "production"


def rehearse(version: ModelVersion) -> str:
    """Makes the version serve, puts its copy in its place, and rolls back; files, seals and ledger are the real ones.

    Args:
        version: Of the project.

    Returns:
        What was seen. On a server nothing is tried, which others would see: there the ledger has to know a rollback.

    Raises:
        NotProvenError: If the version does not serve again, or the ledger does not say so.
        RefusedError: If it may not be promoted.
    """
    name = version.name
    if not mlflow.get_tracking_uri().startswith(EMBEDDED):
        done = [move for move in entries.read(name) if move.action == "rollback"]
        require(done, "the ledger knows of no rollback: try one in staging, `kedro model rollback --in staging`")
        return f"The ledger has {len(done)} rollbacks, the last of {done[-1].at:%Y-%m-%d} to version {done[-1].after}."
    with _copy_of_registry():
        first = _promoted(name, str(version.version))
        second = _promoted(name, _duplicate(version))
        move = promotion.rollback(name, PRODUCTION, REASON)
        serving, noted = model_registry.aliases(name).get(model_registry.CHAMPION), entries.read(name, PRODUCTION)[-1]
        require((serving, noted.action, noted.after) == (first, "rollback", first), "the version did not come back")
        require(move.before == second, "the ledger does not know what was replaced")
        seals.read_model(model_registry.find(name, first))
    return f"In a copy of the registry, version {first} served, was replaced, and was brought back with its own files."


def _promoted(name: str, number: str) -> str:
    if model_registry.aliases(name).get(model_registry.CHAMPION) != number:
        promotion.promote(name, number, PRODUCTION, REASON)
    return number


def _duplicate(version: ModelVersion) -> str:
    client = MlflowClient()
    tags, model = dict(version.tags), version.model_id
    copy = client.create_model_version(version.name, str(version.source), version.run_id, tags, model_id=model)
    with entries.entry(version.name, seals.registration(copy)):
        client.set_registered_model_alias(version.name, model_registry.CHALLENGER, copy.version)
    return str(copy.version)


@contextmanager
def _copy_of_registry() -> Iterator[None]:
    address = mlflow.get_tracking_uri()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "mlflow.db"
        with closing(sqlite3.connect(address.removeprefix(EMBEDDED))) as here, closing(sqlite3.connect(copy)) as there:
            here.backup(there)
        mlflow.set_tracking_uri(f"{EMBEDDED}{copy}")
        try:
            yield
        finally:
            mlflow.set_tracking_uri(address)
