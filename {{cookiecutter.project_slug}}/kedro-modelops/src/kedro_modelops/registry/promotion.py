"""Moves a version to staging or production, and back: one at a time, and each with an entry in the ledger."""

import json
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion

from kedro_modelops.errors import RefusedError
from kedro_modelops.models.registered_model import digest
from kedro_modelops.registry import model_registry, seals
from kedro_modelops.registry.ledger import audit, entries
from kedro_modelops.registry.ledger.entries import ALIASES
from kedro_modelops.registry.ledger.lock import lock
from kedro_modelops.registry.ledger.moves import Move, serving
from kedro_modelops.tracking.commits import lost_commit
from kedro_modelops.tracking.lineage import flaws

VERDICTS = "passed_gates.json"


def promote(name: str, wanted: str, environment: str, reason: str, approved_by: str = "") -> Move:
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
        RefusedError: If the version has not passed its gates, lacks a piece of its lineage, is not what was registered
            or serves already, if the ledger is not whole, or if another one was promoted meanwhile.
    """
    began = model_registry.aliases(name).get(ALIASES[environment], "")
    version = model_registry.find(name, wanted)
    move = _move("promote", environment, version, reason, approved_by)
    if serves(name, wanted, environment):
        msg = f"version {began} serves in {environment} already"
        raise RefusedError(msg)
    check(version)
    return _make(name, move, began)


def serves(name: str, wanted: str, environment: str) -> bool:
    """Whether a version serves, by its alias and by the ledger, in the image that was built with it last."""
    version = model_registry.find(name, wanted)
    last = [(move.after, move.image) for move in entries.read(name, environment)[-1:]]
    aliased = model_registry.aliases(name).get(ALIASES[environment]) == str(version.version)
    return aliased and (str(version.version), version.tags.get(seals.IMAGE, "")) in last


def check(version: ModelVersion) -> None:
    """Refuses a version that may not be served.

    Raises:
        RefusedError: If it is not what was registered, if a gate refused it, if verdicts or a piece of its lineage are
            missing, or if no commit of this repository holds what it was made of.
    """
    lineage = model_registry.lineage_in(version.tags)
    found = flaws(lineage) + lost_commit(Path.cwd(), lineage.get("git.commit", "")) + seals.broken(version)
    if found := found + _unproven(version) or seals.changed(version) or _refusals(version):
        msg = f"version {version.version} is not promoted: {'; '.join(found)}"
        raise RefusedError(msg)


def _unproven(version: ModelVersion) -> list[str]:
    recorded = VERDICTS in seals.evidence(version)
    return [] if recorded else [f"its run has no {VERDICTS}, so nobody knows whether it passed its gates"]


def _refusals(version: ModelVersion) -> list[str]:
    found = json.loads(seals.read_evidence(version, VERDICTS))
    if digest(found) != version.tags.get(seals.EVIDENCE):
        return [f"{VERDICTS} in its run is not what it was registered with"]
    return [f"gate {gate} refused it" for gate, verdict in found["gates"].items() if verdict == "failed"]


def rollback(name: str, environment: str, reason: str, approved_by: str = "") -> Move:
    """Makes the version that served before serve again, in the image in which it did.

    Raises:
        RefusedError: If the ledger knows of none, is not whole, or has another version than the alias, if the version
            is not what was registered, or if another one was promoted meanwhile.
    """
    began = model_registry.aliases(name).get(ALIASES[environment], "")
    before = previous(name, environment)
    version = model_registry.find(name, before.after)
    check(version)
    return _make(name, _move("rollback", environment, version, reason, approved_by)._replace(image=before.image), began)


def previous(name: str, environment: str) -> Move:
    """What made the version serve that served before.

    Raises:
        RefusedError: If the ledger knows of none, is not whole, or has another version than the alias.
    """
    audit.require_whole(name)
    if different := audit.differences(name, environment):
        msg = f"nobody knows what to go back to. {different[0]}"
        raise RefusedError(msg)
    served = serving(entries.read(name, environment))
    if len(served) < 2:  # noqa: PLR2004  (the one that serves, and one before)
        msg = f"there is nothing to go back to: the ledger knows of no version that served in {environment} before"
        raise RefusedError(msg)
    return served[-2]


def _move(action: str, environment: str, version: ModelVersion, reason: str, approved_by: str) -> Move:
    evidence, image = version.tags.get(seals.EVIDENCE, ""), version.tags.get(seals.IMAGE, "")
    number = str(version.version)
    move = Move(action, environment, "", number, entries.who(), reason, evidence, image, approved_by)
    return move._replace(model=version.tags.get(seals.MODEL, ""), seal=version.tags.get(seals.SEAL, ""))


def _make(name: str, move: Move, began: str) -> Move:
    alias = ALIASES[move.environment]
    with lock():
        entries.close_interrupted(name)
        audit.require_whole(name)
        now = model_registry.aliases(name).get(alias, "")
        if now != began:
            msg = (
                f"version {move.after} does not serve in {move.environment}: meanwhile that went from version "
                f"{began or 'none'} to {now or 'none'}. See `kedro model history`, and try again if need be"
            )
            raise RefusedError(msg)
        noted = entries.read(name, move.environment)
        before = noted[-1].after if noted else now
        known = noted or not now
        move = move._replace(before=before, found="" if known and now == before else now or "none")
        with entries.entry(name, move):
            MlflowClient().set_registered_model_alias(name, alias, move.after)
    return move
