"""A move in the ledger, and what moves say of a time and of the way back."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import NamedTuple

from kedro_modelops.errors import RefusedError

DAY = len("2026-01-31")
WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?)?")

REGISTRY = "registry"
"""Stands in place of an environment where an entry is about a version, or about the ledger itself."""


class Move(NamedTuple):
    """A promotion or a rollback, the asking for a training, or something that is noted of a version.

    Attributes:
        action: `promote`, `rollback`, `retrain`; or `register`, `image`, `settle`.
        environment: Where; `training` for `retrain`, and `registry` for the last three.
        before: The version that served until then; empty for none.
        after: The version that serves from then on, or that is noted; empty where it stays.
        who: Who did it.
        reason: Why.
        evidence: Hash of the verdicts on which the version was registered.
        image: Its image, named by its digest; empty before one is built.
        approved_by: Who let it pass; empty where nobody was asked.
        at: When; the ledger knows.
        found: The version that the alias was found at (or `none`), if somebody had moved it without the ledger.
        model: Digest of the version's files.
        seal: Hash of its lineage and of its evidence.
    """

    action: str
    environment: str
    before: str
    after: str
    who: str
    reason: str
    evidence: str
    image: str
    approved_by: str = ""
    at: datetime = datetime.min.replace(tzinfo=UTC)
    found: str = ""
    model: str = ""
    seal: str = ""


FIELDS = [field for field in Move._fields if field != "at"]
"""What a writer says; when it was written, the ledger knows."""


def serving(moves: Sequence[Move]) -> list[Move]:
    """What made versions serve, in the order in which rollbacks go through them; the last one serves now.

    A promotion of what the ledger held for served already, since somebody had moved the alias meanwhile, is no step.
    Nor is the image that a version gets which served without one.
    """
    stack = [moves[0]._replace(after=moves[0].before, image="")] if moves and moves[0].before else []
    for move in moves:
        if move.action == "rollback" and len(stack) > 1:
            stack.pop()
        elif stack and (stack[-1].after, stack[-1].image) == (move.after, ""):
            stack[-1] = move
        elif not (move.found and stack and (stack[-1].after, stack[-1].image) == (move.after, move.image)):
            stack.append(move)
    return stack


def at(moves: Sequence[Move], moment: datetime) -> Move | None:
    """The move that decided what served at a moment; None before the first."""
    return next((move for move in reversed(moves) if move.at <= moment), None)


def moment(text: str) -> datetime:
    """The moment that a person means by a date, which is its end, or by a date and a time; UTC if there is no zone.

    Raises:
        RefusedError: If it is no date.
    """
    try:
        meant = datetime.fromisoformat(text) if WRITTEN.fullmatch(text) else None
        if meant:
            meant = datetime.combine(meant, time.max) if len(text) == DAY else meant
            return meant.astimezone(UTC) if meant.tzinfo else meant.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        pass
    msg = f"{text or 'nothing'} is no date: write 2026-01-31 or 2026-01-31T12:00"
    raise RefusedError(msg)
