"""The ledger: who moved which version where, when, why and on what evidence. Entries are MLflow runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from typing import NamedTuple

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Run

from ..errors import RefusedError
from . import registry

DAY = len("2026-01-31")


class Move(NamedTuple):
    """A promotion or a rollback, or the asking for a training.

    Attributes:
        action: `promote`, `rollback` or `retrain`.
        environment: Where; `training` for the latter.
        before: The version that served until then; empty for none.
        after: The version that serves from then on; empty where it stays.
        who: Who did it.
        reason: Why.
        evidence: Hash of the verdicts on which the version was registered.
        image: Its image, named by its digest; empty before one is built.
        approved_by: Who let it pass; empty where nobody was asked.
        at: When; the ledger knows.
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


@contextmanager
def entry(name: str, move: Move) -> Iterator[None]:
    """Writes down a move, which counts when the body succeeds."""
    client = MlflowClient()
    tags = {field: value for field, value in move._asdict().items() if field != "at"}
    title = f"{move.action} {move.after} in {move.environment}"
    known = client.get_experiment_by_name(_book(name))
    book = known.experiment_id if known else client.create_experiment(_book(name))
    run = client.create_run(book, tags=tags, run_name=title)
    try:
        yield
    except BaseException:
        client.set_terminated(run.info.run_id, "FAILED")
        raise
    client.set_terminated(run.info.run_id)


def settle(name: str, alias_of: dict[str, str]) -> None:
    """Closes entries whose writer died: they count if the alias had moved."""
    client, aliases = MlflowClient(), registry.aliases(name)
    for run in _runs(name, "RUNNING"):
        moved = aliases.get(alias_of.get(run.data.tags["environment"], "")) == run.data.tags["after"]
        client.set_terminated(run.info.run_id, "FINISHED" if moved else "FAILED")


def read(name: str, environment: str | None = None) -> list[Move]:
    """Moves in an environment, or in all, the oldest first."""
    moves = [_move(run) for run in _runs(name, "FINISHED")]
    return [move for move in moves if environment in (None, move.environment)]


def _runs(name: str, status: str) -> list[Run]:
    book = MlflowClient().get_experiment_by_name(_book(name))
    if book is None:
        return []
    order, wanted = ["attributes.start_time ASC"], f"attributes.status = '{status}'"
    return list(mlflow.search_runs([book.experiment_id], wanted, order_by=order, output_format="list"))


def _book(name: str) -> str:
    return f"{name}-ledger"


def _move(run: Run) -> Move:
    fields = {field: run.data.tags.get(field, "") for field in Move._fields if field != "at"}
    return Move(**fields, at=datetime.fromtimestamp(run.info.start_time / 1000, UTC))


def serving(moves: list[Move]) -> list[Move]:
    """What made versions serve, in the order in which rollbacks go through them; the last one serves now."""
    stack = [moves[0]._replace(after=moves[0].before, image="")] if moves and moves[0].before else []
    for move in moves:
        if move.action == "rollback":
            stack.pop()
        else:
            stack.append(move)
    return stack


def at(moves: list[Move], moment: datetime) -> Move | None:
    """The move that decided what served at a moment; None before the first."""
    return next((move for move in reversed(moves) if move.at <= moment), None)


def moment(text: str) -> datetime:
    """The moment that a person means by a date, which is its end, or by a date and a time; UTC if there is no zone.

    Raises:
        RefusedError: If it is no date.
    """
    try:
        meant = datetime.fromisoformat(text)
    except ValueError as error:
        msg = f"{text} is no date: write 2026-01-31 or 2026-01-31T12:00"
        raise RefusedError(msg) from error
    meant = datetime.combine(meant, time.max) if len(text) == DAY else meant
    return meant.astimezone(UTC) if meant.tzinfo else meant.replace(tzinfo=UTC)
