"""What the ledger says, for people."""

from collections.abc import Iterator
from typing import Any

from kedro_modelops.registry.ledger import audit, entries
from kedro_modelops.registry.ledger.moves import REGISTRY, Move, at, moment

FIELDS = ["action", "environment", "before", "after", "who", "reason", "found", "evidence", "model", "seal"]
FIELDS += ["image", "approved_by"]
COLUMNS = ["at (UTC)", *FIELDS]
HASHES = {"evidence", "model", "seal"}
SHORT = 12
"""Characters of a hash that people look at."""


def moves(name: str) -> list[Move]:
    """The whole ledger, moves and what was noted of versions, in the order of time."""
    return sorted([*entries.read(name), *entries.read(name, REGISTRY)], key=lambda move: move.at)


def describe(name: str) -> list[dict[str, Any]]:
    """The same for programs, with whole hashes."""
    return [{"at": move.at.isoformat()} | {field: getattr(move, field) for field in FIELDS} for move in moves(name)]


def describe_at(name: str, text: str) -> dict[str, Any]:
    """What served at a moment, by environment, for programs; null where nothing did."""
    then = moment(text)
    found = {environment: at(entries.read(name, environment), then) for environment in entries.ALIASES}
    served = {
        environment: move
        and {"version": move.after, "since": move.at.isoformat(), "who": move.who, "reason": move.reason}
        for environment, move in found.items()
    }
    return {"at": then.isoformat(), "served": served}


def rows(name: str) -> Iterator[list[str]]:
    """The ledger, as `COLUMNS` says; hashes are cut short."""
    for move in moves(name):
        values = {field: getattr(move, field) for field in FIELDS}
        short = {field: values[field][:SHORT] for field in HASHES}
        yield [f"{move.at:%Y-%m-%d %H:%M:%S}", *(values | short).values()]


def served_at(name: str, text: str) -> Iterator[str]:
    """Says for each environment what served at a moment, by the ledger."""
    then = moment(text)
    for environment in entries.ALIASES:
        move = at(entries.read(name, environment), then)
        since = f", since {move.at:%Y-%m-%d %H:%M:%S}, by {move.who}: {move.reason}" if move else ""
        served = f"version {move.after}" if move else "nothing"
        yield f"{environment}, {then:%Y-%m-%d %H:%M:%S} UTC: {served}{since}"


def moved(move: Move) -> str:
    """Says what a promotion or a rollback has changed."""
    before = f"version {move.before}" if move.before else "none"
    found = f" The alias was at {move.found}, without the ledger, which is noted." if move.found else ""
    return f"Version {move.after} serves in {move.environment}; before, it was {before}.{found}"


def doubts(name: str) -> str:
    """What `audit` finds, in Markdown; nothing where registry and ledger agree."""
    return "".join(f"> ⚠️ {sentence}\n\n" for sentence in audit.audit(name))
