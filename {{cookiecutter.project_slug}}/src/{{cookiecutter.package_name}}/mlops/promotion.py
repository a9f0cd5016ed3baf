"""Moves a version to staging or production, and back: one at a time, and each with an entry in the ledger."""

import getpass
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import mlflow
from filelock import FileLock, Timeout
from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from ..errors import RefusedError
from . import ledger, registry
from .lineage import flaws
from .registered import digest
from .tracking import EMBEDDED

ALIASES = {"staging": "staging", "production": registry.CHAMPION}
VERDICTS = "passed_gates.json"
PATIENCE = 60
"""Seconds that a promotion waits for another one."""


def promote(name: str, wanted: str, environment: str, reason: str, approved_by: str = "") -> ledger.Move:
    """Makes a version the one that serves.

    Args:
        name: Name of the registered model.
        wanted: Number or alias of the version.
        environment: `staging` or `production`.
        reason: Why, for the ledger.
        approved_by: Who let it pass, if somebody was asked.

    Returns:
        What was written in the ledger.

    Raises:
        RefusedError: If the version has not passed its gates, lacks a piece of its lineage or serves already, or if
            another one was promoted meanwhile.
    """
    began = registry.aliases(name).get(ALIASES[environment], "")
    version = registry.find(name, wanted)
    move = _move("promote", environment, began, version, reason, approved_by)
    if move.after == began and move.image == (ledger.read(name, environment) or [move])[-1].image:
        msg = f"version {began} serves in {environment} already"
        raise RefusedError(msg)
    check(version)
    return _make(name, move)


def check(version: ModelVersion) -> None:
    """Refuses a version that may not be served.

    Raises:
        RefusedError: If a gate refused it, if verdicts or a piece of its lineage are missing, or if no commit holds
            what it was made of.
    """
    if found := flaws(registry.lineage_in(version.tags)) + _refusals(version):
        msg = f"version {version.version} is not promoted: {'; '.join(found)}"
        raise RefusedError(msg)


def _refusals(version: ModelVersion) -> list[str]:
    try:
        found = mlflow.artifacts.load_dict(f"runs:/{version.run_id}/{VERDICTS}")
    except MlflowException:
        return [f"its run has no {VERDICTS}, so nobody knows whether it passed its gates"]
    if digest(found) != version.tags.get(registry.EVIDENCE):
        return [f"{VERDICTS} in its run is not what it was registered with"]
    return [f"gate {gate} refused it" for gate, verdict in found["gates"].items() if verdict == "failed"]


def rollback(name: str, environment: str, reason: str, approved_by: str = "") -> ledger.Move:
    """Makes the version that served before serve again, in the image in which it did.

    Raises:
        RefusedError: If the ledger knows of none, or if another version was promoted meanwhile.
    """
    began = registry.aliases(name).get(ALIASES[environment], "")
    before = previous(ledger.read(name, environment), environment)
    move = _move("rollback", environment, began, registry.find(name, before.after), reason, approved_by)
    return _make(name, move._replace(image=before.image))


def previous(moves: list[ledger.Move], environment: str) -> ledger.Move:
    """What made the version serve that served before; RefusedError if the ledger knows of none."""
    served = ledger.serving(moves)
    if len(served) < 2:  # noqa: PLR2004  (the one that serves, and one before)
        msg = f"there is nothing to go back to: the ledger knows of no version that served in {environment} before"
        raise RefusedError(msg)
    return served[-2]


def _move(
    action: str, environment: str, began: str, version: ModelVersion, reason: str, approved_by: str
) -> ledger.Move:
    evidence, image = version.tags.get(registry.EVIDENCE, ""), registry.lineage_in(version.tags).get("image", "")
    return ledger.Move(action, environment, began, str(version.version), who(), reason, evidence, image, approved_by)


def who() -> str:
    """Who does this: on GitHub whoever started the workflow, elsewhere whom git knows."""
    git = subprocess.run(["git", "config", "user.email"], capture_output=True, text=True, check=False)  # noqa: S607
    return os.environ.get("GITHUB_ACTOR") or git.stdout.strip() or getpass.getuser()


def _make(name: str, move: ledger.Move) -> ledger.Move:
    alias = ALIASES[move.environment]
    with _one_at_a_time():
        ledger.settle(name, ALIASES)
        now = registry.aliases(name).get(alias, "")
        if now != move.before:
            msg = (
                f"version {move.after} does not serve in {move.environment}: meanwhile that went from version "
                f"{move.before or 'none'} to {now or 'none'}. See `kedro model history`, and try again if need be"
            )
            raise RefusedError(msg)
        with ledger.entry(name, move):
            MlflowClient().set_registered_model_alias(name, alias, move.after)
    return move


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Keeps a lock beside an embedded store. On a server the comparison with where the promotion began has to do."""
    uri = mlflow.get_tracking_uri()
    if not uri.startswith(EMBEDDED):
        yield
        return
    try:
        with FileLock(f"{uri.removeprefix(EMBEDDED)}.lock", timeout=PATIENCE):
            yield
    except Timeout as error:
        msg = f"another promotion has been at work for {PATIENCE} seconds; nothing was changed, try again later"
        raise RefusedError(msg) from error
