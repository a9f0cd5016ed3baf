from collections.abc import Sequence

import pytest
from kedro_modelops.registry.ledger.chain import (
    FAILED,
    SETTLE,
    Entry,
    Head,
    entry_hash,
    gaps,
    settled_hash,
)
from kedro_modelops.registry.ledger.moves import FIELDS


def written(known: Sequence[Entry], status: str = "FINISHED", **fields: str) -> list[Entry]:
    """The entries and one more, as the ledger writes it."""
    number, previous = (known[-1].number + 1, known[-1].hash) if known else (1, "")
    said = dict.fromkeys(FIELDS, "") | {"environment": "production"} | fields
    at = 1000 * number
    return [*known, Entry(number, previous, entry_hash(number, previous, said, at), said, at, status, f"run{number}")]


def chain(*versions: str) -> list[Entry]:
    entries: list[Entry] = []
    for version in versions:
        before = entries[-1].fields["after"] if entries else ""
        entries = written(entries, action="promote", before=before, after=version)
    return entries


def head(entries: Sequence[Entry]) -> Head:
    return Head(entries[-1].number, entries[-1].hash)


def changed(entry: Entry, **fields: str) -> Entry:
    return entry._replace(fields=entry.fields | fields)


def forged(entry: Entry, **fields: str) -> Entry:
    """Changed by somebody who knows how hashes are made."""
    edited = changed(entry, **fields)
    return edited._replace(hash=entry_hash(edited.number, edited.previous, edited.fields, edited.at))


def without(entries: Sequence[Entry], *numbers: int) -> list[Entry]:
    return [entry for entry in entries if entry.number not in numbers]


WHOLE = chain("1", "2", "3", "4")
GAPS: dict[str, tuple[list[Entry], str]] = {
    "the first is gone": (without(WHOLE, 1), "entry 1 is missing"),
    "one is gone": (without(WHOLE, 2), "entry 2 is missing"),
    "some are gone": (without(WHOLE, 2, 3), "entries 2 to 3 are missing"),
    "the last is gone": (without(WHOLE, 4), "entry 4, the newest that the registry knows of, is missing"),
    "all are gone": ([], "entry 4, the newest that the registry knows of, is missing"),
    "one was changed": ([WHOLE[0], changed(WHOLE[1], who="mallory"), *WHOLE[2:]], "entry 2 (promote 2) was changed"),
    "the last was changed": ([*WHOLE[:3], changed(WHOLE[3], reason="?")], "entry 4 (promote 4) was changed"),
    "one was forged": ([WHOLE[0], forged(WHOLE[1], after="9"), *WHOLE[2:]], "(promote 3) does not follow entry 2"),
    "one was moved in time": ([WHOLE[0]._replace(at=1), *WHOLE[1:]], "entry 1 (promote 1) was changed"),
    "one was deleted in MLflow": (
        [WHOLE[0], WHOLE[1]._replace(deleted=True), *WHOLE[2:]],
        "entry 2 (promote 2) was deleted: `mlflow runs restore --run-id run2` brings it back",
    ),
    "one was made to fail": (
        [WHOLE[0], WHOLE[1]._replace(status=FAILED), *WHOLE[2:]],
        "between entries 1 and 3, production went from version 1 to 2 without an entry",
    ),
    "one was put in": ([WHOLE[0]._replace(number=0), *WHOLE], "there are entries without a place in the chain"),
}


@pytest.mark.parametrize("what", GAPS)
def test_a_gap_shows(what: str) -> None:
    entries, sentence = GAPS[what]
    assert any(sentence in found for found in gaps(entries, head(WHOLE))), gaps(entries, head(WHOLE))


def test_a_whole_chain_has_no_gaps() -> None:
    assert gaps([], None) == []
    assert gaps(WHOLE, head(WHOLE)) == []


def test_an_attempt_that_failed_is_part_of_the_chain_and_moves_nothing() -> None:
    entries = written(chain("1"), FAILED, action="promote", before="1", after="2")
    entries = written(entries, action="promote", before="1", after="3")
    assert gaps(entries, head(entries)) == []


def test_an_entry_whose_writer_died_before_the_registry_knew_of_it_is_no_gap() -> None:
    assert gaps(WHOLE, head(WHOLE[:3])) == []
    assert gaps(WHOLE[:1], None) == []
    assert gaps(WHOLE, None) == ["the registry does not know which entry is the newest"]


def test_two_writers_at_once_on_a_server_leave_a_fork_and_no_gap() -> None:
    fork = [written(WHOLE, action="retrain", environment="training", who=who)[-1] for who in ("a", "b")]
    entries = written([*WHOLE, *fork], action="promote", before="4", after="5")
    assert gaps(entries, head(entries)) == []


def settled(entries: Sequence[Entry]) -> list[Entry]:
    return written(entries, action=SETTLE, environment="registry", evidence=settled_hash(entries))


def test_what_was_settled_is_whole_again_until_it_changes() -> None:
    entries = settled(without(WHOLE, 2))
    assert gaps(entries, head(entries)) == []
    for less in (entries[1:], [changed(entries[0], who="mallory"), *entries[1:]]):
        assert gaps(less, head(entries)) == ["the entries before 5 are not those that were settled by it"]
    entries = written(entries, action="promote", before="4", after="5")
    assert gaps(entries, head(entries)) == []
    assert "entry 6, the newest" in gaps(entries[:-1], head(entries))[0]


def test_a_settlement_that_was_changed_settles_nothing() -> None:
    *rest, last = settled(without(WHOLE, 2))
    assert "entry 2 is missing" in gaps([*rest, changed(last, reason="nothing happened")], head([last]))


def test_entries_of_an_older_ledger_are_settled_once() -> None:
    old = [entry._replace(number=0, previous="", hash="") for entry in WHOLE]
    assert gaps(old, None) == [
        "there are entries without a place in the chain, written by an older template or by hand"
    ]
    entries = settled(old)
    assert entries[-1].number == 1
    assert gaps(entries, head(entries)) == []
