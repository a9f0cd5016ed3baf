from datetime import UTC, datetime, timedelta

import pytest
from kedro_modelops.errors import RefusedError
from kedro_modelops.registry.ledger.moves import Move, at, moment, serving

START = datetime(2026, 3, 1, tzinfo=UTC)


def moves(*steps: str) -> list[Move]:
    """Promotions of versions, and `back` for a rollback; one a day."""
    made: list[Move] = []
    for day, step in enumerate(steps):
        served = serving(made)
        action, after = ("rollback", served[-2].after) if step == "back" else ("promote", step)
        before, image = served[-1].after if served else "", f"image {day}"
        made.append(Move(action, "production", before, after, "", "", "", image, at=START + timedelta(days=day)))
    return made


@pytest.mark.parametrize(
    ("steps", "stack"),
    [
        ([], []),
        (["1", "2", "3"], ["1", "2", "3"]),
        (["1", "2", "3", "back"], ["1", "2"]),
        (["1", "2", "3", "back", "back"], ["1"]),
        (["1", "2", "back", "3", "back"], ["1"]),
        (["1", "2", "1", "back"], ["1", "2"]),
    ],
)
def test_rollbacks_undo_promotions_one_by_one(steps: list[str], stack: list[str]) -> None:
    assert [move.after for move in serving(moves(*steps))] == stack


def test_a_rollback_goes_to_the_image_in_which_a_version_served() -> None:
    assert [move.image for move in serving(moves("1", "2", "1", "back"))] == ["image 0", "image 1"]


def test_a_version_that_served_before_the_ledger_began_can_be_gone_back_to() -> None:
    served = serving([Move("promote", "production", "1", "2", "", "", "", "image", at=START)])
    assert [(move.after, move.image) for move in served] == [("1", ""), ("2", "image")]


def test_the_ledger_knows_what_served_at_any_time() -> None:
    ledger = moves("1", "2", "back", "3")
    served = [at(ledger, START + timedelta(days=day, hours=1)) for day in range(-1, 5)]
    assert [move.after if move else None for move in served] == [None, "1", "2", "1", "3", "3"]
    assert at(ledger, START + timedelta(days=1)) == ledger[1]


def test_a_date_means_its_end_and_a_time_without_zone_is_utc() -> None:
    assert moment("2026-03-01") > datetime(2026, 3, 1, 23, 59, tzinfo=UTC)
    assert moment("2026-03-01T12:00") == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert moment("2026-03-01T12:00+02:00") == datetime(2026, 3, 1, 10, tzinfo=UTC)
    with pytest.raises(RefusedError, match="yesterday is no date: write 2026-01-31"):
        moment("yesterday")


NO_DATES = ["", "yesterday", "20261125", "2026-W48-3", "2026-11", "2026-02-30", "2026-11-25T", "2026-11-25T25:00"]
NO_DATES += [
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00",
    "\u0662026-11-25",
    "2026-11-25T12:00+99:99",
    "1e9",
]


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_no_moment_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(RefusedError, match="is no date: write 2026-01-31 or 2026-01-31T12:00"):
        moment(text)


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31", "2026-11-25T12:00:01Z", "2026-11-25 12:00"])
def test_the_ends_of_time_are_moments(text: str) -> None:
    assert moment(text).tzinfo is UTC


def test_what_the_ledger_lost_leads_to_no_crash() -> None:
    lost = moves("1", "2", "3", "back", "back")
    for first in range(len(lost) + 1):
        assert len(serving(lost[first:])) <= len(lost)


def test_an_alias_that_was_moved_by_hand_and_back_is_no_step() -> None:
    one, two = moves("1", "2")
    again = two._replace(before="2", found="3")
    assert [move.after for move in serving([one, two, again])] == ["1", "2"]
    assert [move.after for move in serving([one, two, again._replace(after="3")])] == ["1", "2", "3"]
