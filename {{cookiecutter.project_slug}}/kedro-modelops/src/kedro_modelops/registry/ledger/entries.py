"""The ledger: who moved which version where, when, why and on what evidence. Entries are MLflow runs, in a chain."""

import getpass
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Experiment, LifecycleStage, Run, ViewType
from mlflow.entities.model_registry import RegisteredModel

from kedro_modelops.errors import RefusedError
from kedro_modelops.registry.ledger.chain import FAILED, FINISHED, RUNNING, Entry, Head, entry_hash, gaps
from kedro_modelops.registry.ledger.moves import FIELDS, REGISTRY, Move

CHALLENGER, CHAMPION = "challenger", "champion"
ALIASES = {"staging": "staging", "production": CHAMPION}
"""Which alias stands for an environment."""
HEAD = "ledger"
"""Tag of the registered model: number and hash of the newest entry."""
TITLE = "{}-ledger"
"""Name of the experiment whose runs are the entries of a registered model."""
LONGEST = 5000
"""Characters of a field: MLflow cuts what is much longer, and its hash would not fit any more."""


@contextmanager
def entry(name: str, move: Move) -> Iterator[None]:
    """Writes down a move, which counts when the body succeeds; whoever calls it holds the lock.

    Raises:
        RefusedError: If a field is too long, or no text, or if the ledger was deleted.
    """
    client, known, at = MlflowClient(), entries(name), int(time.time() * 1000)
    fields = {field: str(getattr(move, field)) for field in FIELDS}
    for field, value in fields.items():
        if len(value) > LONGEST or value != value.encode(errors="replace").decode():
            msg = f"{field} is longer than {LONGEST} characters, or no text: nothing was changed"
            raise RefusedError(msg)
    number, previous = (known[-1].number + 1, known[-1].hash) if known else (1, "")
    chained = {"number": str(number), "previous": previous, "hash": entry_hash(number, previous, fields, at)}
    book = _book(name)
    place = book.experiment_id if book else client.create_experiment(TITLE.format(name))
    title = f"{move.action} {move.after} in {move.environment}"
    run = client.create_run(place, start_time=at, tags=fields | chained, run_name=title)
    if registered(name):
        client.set_registered_model_tag(name, HEAD, f"{number}:{chained['hash']}")
    try:
        yield
    except BaseException:
        client.set_terminated(run.info.run_id, FAILED)
        raise
    client.set_terminated(run.info.run_id)


def close_interrupted(name: str) -> None:
    """Closes entries whose writer died: they count if the alias had moved. Whoever calls it holds the lock."""
    now = aliases(name)
    for found in entries(name):
        if found.status == RUNNING and not found.deleted:
            MlflowClient().set_terminated(found.run_id, FINISHED if _counts(found, now) else FAILED)


def entries(name: str) -> list[Entry]:
    """All entries, those that failed or were deleted too, in the order of the chain; RefusedError without a ledger."""
    book = _book(name)
    if book is None:
        return []
    found = mlflow.search_runs([book.experiment_id], run_view_type=ViewType.ALL, output_format="list")
    return sorted(map(_entry, found), key=lambda entry: (entry.number, entry.at, entry.run_id))


def read(name: str, environment: str | None = None) -> list[Move]:
    """Moves in an environment, or in all, the oldest first; one whose writer died counts if the alias has moved.

    What is noted of versions stands in the environment `registry`, which is read by its name alone.
    """
    now = aliases(name)
    moves = [_move(found) for found in entries(name) if _counts(found, now)]
    return [
        move for move in moves if (move.environment == environment if environment else move.environment != REGISTRY)
    ]


def faults(name: str) -> list[str]:
    """Sentences about entries that are missing, or were changed, since somebody last settled that."""
    return gaps(entries(name), _head(name))


def registered(name: str) -> RegisteredModel | None:
    """The registered model, with its aliases; None when nothing was registered yet."""
    found = MlflowClient().search_registered_models(f"name = '{name}'")
    return found[0] if found else None


def aliases(name: str) -> dict[str, str]:
    """Versions by alias; none when nothing was registered yet."""
    found = registered(name)
    return {alias: str(version) for alias, version in found.aliases.items()} if found else {}


def who() -> str:
    """Who does this: on GitHub whoever started the workflow, elsewhere whom git knows."""
    git = subprocess.run(["git", "config", "user.email"], capture_output=True, text=True, check=False)  # noqa: S607
    return os.environ.get("GITHUB_ACTOR") or git.stdout.strip() or getpass.getuser()


def _head(name: str) -> Head | None:
    found = registered(name)
    number, _, written = found.tags.get(HEAD, "").partition(":") if found else ("", "", "")
    return Head(_number(number), written) if written else None


def _book(name: str) -> Experiment | None:
    book = MlflowClient().get_experiment_by_name(TITLE.format(name))
    if book and book.lifecycle_stage == LifecycleStage.DELETED:
        msg = (
            f"the ledger was deleted, MLflow's experiment {TITLE.format(name)}: "
            f"`mlflow experiments restore --experiment-id {book.experiment_id}` brings it back"
        )
        raise RefusedError(msg)
    return book


def _entry(run: Run) -> Entry:
    tags, info = run.data.tags, run.info
    fields = {field: tags.get(field, "") for field in FIELDS}
    chained = (_number(tags.get("number", "")), tags.get("previous", ""), tags.get("hash", ""))
    return Entry(
        *chained, fields, info.start_time, info.status, info.run_id, info.lifecycle_stage == LifecycleStage.DELETED
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _counts(found: Entry, aliases: dict[str, str]) -> bool:
    """Whether an entry is finished, or was done by a writer that died before it could say so."""
    where, after = found.fields["environment"], found.fields["after"]
    done = where == REGISTRY or (bool(after) and aliases.get(ALIASES.get(where, "")) == after)
    return not found.deleted and (found.status == FINISHED or (found.status == RUNNING and done))


def _move(found: Entry) -> Move:
    return Move(**found.fields, at=datetime.fromtimestamp(found.at / 1000, UTC))
