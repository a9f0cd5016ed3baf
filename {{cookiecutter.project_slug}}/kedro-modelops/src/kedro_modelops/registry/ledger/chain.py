"""The chain of the ledger's entries: each carries the hash of the one before, so that a gap shows."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from kedro_modelops.models.registered_model import digest

SETTLE = "settle"
"""Action of an entry that says that the gaps before it were looked into."""
FINISHED, RUNNING, FAILED = "FINISHED", "RUNNING", "FAILED"


class Entry(NamedTuple):
    """An entry as it stands in MLflow.

    Attributes:
        number: Its place in the chain, from 1; 0 for one that is not part of it.
        previous: Hash of the entry before, as it was written.
        hash: Its own hash, as it was written.
        fields: What it says, by name.
        at: When it was written, in milliseconds since 1970.
        status: Of its MLflow run: it counts when it is finished.
        run_id: Of its MLflow run.
        deleted: Whether that run was deleted.
    """

    number: int
    previous: str
    hash: str
    fields: dict[str, str]
    at: int
    status: str = FINISHED
    run_id: str = ""
    deleted: bool = False


class Head(NamedTuple):
    """The newest entry that the registry knows of, which is another place than the ledger."""

    number: int
    hash: str


def entry_hash(number: int, previous: str, fields: dict[str, str], at: int) -> str:
    """Hash of an entry's content and of its place."""
    return digest([number, previous, fields, at])


def settled_hash(entries: Iterable[Entry]) -> str:
    """Hash of entries as they are now, gaps and all."""
    return digest(sorted(_content(entry) for entry in entries if not entry.deleted))


def gaps(entries: Sequence[Entry], head: Head | None) -> list[str]:
    """Sentences about entries that were deleted, changed or put in since the last `settle`.

    Args:
        entries: All that there are, in the order of their numbers.
        head: The newest one that the registry knows of; None if it knows of none.
    """
    found: list[str] = []
    settled = [entry for entry in entries if entry.fields.get("action") == SETTLE and entry.hash == _content(entry)]
    if settled:
        since = settled[-1].number
        before = [entry for entry in entries if entry.number < since]
        if settled_hash(before) != settled[-1].fields["evidence"]:
            found.append(f"the entries before {since} are not those that were settled by it")
        entries = [entry for entry in entries if entry.number >= since]
    found += [*_broken(entries)] or [*_jumps(entries)]
    known = {Head(entry.number, entry.hash) for entry in entries}
    if head and head not in known:
        found.append(f"entry {head.number}, the newest that the registry knows of, is missing or was changed")
    if head is None and max(known, default=Head(0, "")).number > 1:  # the writer of the first one may have died
        found.append("the registry does not know which entry is the newest")
    return list(dict.fromkeys(found))


def _content(entry: Entry) -> str:
    return entry_hash(entry.number, entry.previous, entry.fields, entry.at)


def _broken(entries: Sequence[Entry]) -> Iterator[str]:
    first = min((entry.number for entry in entries if entry.number), default=0)
    if first > 1 and entries[0].fields.get("action") != SETTLE:
        yield _missing(1, first - 1)
    for before, entry in zip([None, *entries], entries, strict=False):
        named = f"entry {entry.number} ({entry.fields.get('action')} {entry.fields.get('after')})"
        if not entry.number:
            yield "there are entries without a place in the chain, written by an older template or by hand"
        elif entry.hash != _content(entry):
            yield f"{named} was changed since it was written"
        elif entry.deleted:
            yield f"{named} was deleted: `mlflow runs restore --run-id {entry.run_id}` brings it back"
        if before and before.number and entry.number > before.number + 1:
            yield _missing(before.number + 1, entry.number - 1)
        hashes = {other.hash for other in entries if other.number == entry.number - 1}
        if entry.number > 1 and hashes and entry.previous not in hashes:
            yield f"{named} does not follow entry {entry.number - 1}"


def _missing(first: int, last: int) -> str:
    return f"entry {first} is missing" if first == last else f"entries {first} to {last} are missing"


def _jumps(entries: Sequence[Entry]) -> Iterator[str]:
    """Moves that do not begin where the one before ended: the status of an entry between them was changed."""
    moves = [entry for entry in entries if entry.fields.get("action") in {"promote", "rollback"}]
    counted = [entry for entry in moves if entry.status == FINISHED and entry.number and not entry.deleted]
    for environment in dict.fromkeys(entry.fields["environment"] for entry in counted):
        there = [entry for entry in counted if entry.fields["environment"] == environment]
        for before, entry in pairwise(there):
            if before.fields["after"] != entry.fields["before"]:
                yield (
                    f"between entries {before.number} and {entry.number}, {environment} went from version "
                    f"{before.fields['after']} to {entry.fields['before']} without an entry"
                )
