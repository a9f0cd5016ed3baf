"""Whether keys tell rows apart."""

from itertools import combinations

import pandas as pd

from kedro_modelops.adoption.proposing.columns import Column
from kedro_modelops.adoption.proposing.personal_data import is_id
from kedro_modelops.adoption.proposing.proposal import Proposal
from kedro_modelops.adoption.proposing.wishes import Wishes
from kedro_modelops.errors import RefusedError

ALIKE = 0.01
"""Share of rows that may repeat another one, and are then left out; where there are more, they only look alike."""
COLUMNS = 12
"""Of which it is looked whether two together are the key."""
REPEATS = 10
"""Rows that two columns would have in common by chance, if they are unique for a reason."""


def with_keys(proposal: Proposal, wishes: Wishes) -> Proposal:
    """Looks whether keys tell rows apart; where too many look alike, gives each a number of its own.

    Raises:
        RefusedError: If a person has named a key that does not, or that is known only later.
    """
    if proposal.key:
        return _with_sound_key(proposal)
    if not wishes.says_key and (pair := find_pair(proposal)):
        return proposal.but(key=pair)
    known = proposal.table[outcome(proposal).notna()]
    repeated = int(known.duplicated(subset=proposal.sent).sum())
    if repeated <= ALIKE * len(known) or wishes.says_key:
        return proposal.but(repeated=repeated)
    name = next(name for name in ("row_id", "record_id", "given_row_id") if name not in proposal.columns)
    numbers = pd.Series([f"row-{number:06d}" for number in range(1, proposal.rows + 1)], dtype=object)
    return proposal.but(key=(name,), given=True, columns={name: Column(name, numbers)} | proposal.columns)


def find_pair(proposal: Proposal) -> tuple[str, str] | None:
    """Two columns that together name rows, one of them an id or the time; the time and an id come first."""
    usual = [column for column in proposal.columns.values() if _may_be_part(column, proposal)]
    likely = sorted(usual, key=lambda column: not _names(column, proposal))[:COLUMNS]
    pairs = [pair for pair in combinations(likely, 2) if any(_names(column, proposal) for column in pair)]
    for pair in sorted(pairs, key=lambda pair: -_likelihood(pair, proposal)):
        names = [column.name for column in pair]
        if repeats_by_chance(pair) >= REPEATS and not proposal.table.duplicated(subset=names).any():
            first, second = sorted(names, key=lambda name: name == proposal.time)
            return first, second
    return None


def outcome(proposal: Proposal) -> pd.Series:
    """What became of each row; null where that is not known, or too rare to be learned."""
    values = proposal.goal.content
    return values.where(values.isin(proposal.classes)) if proposal.classes else values


def _with_sound_key(proposal: Proposal) -> Proposal:
    names = list(proposal.key)
    if later := next((name for name in names if name in {*proposal.after, proposal.target}), None):
        msg = f"--key {','.join(names)}: {later} is known only after the prediction. Name others, or `none`"
        raise RefusedError(msg)
    table = proposal.table[names]
    if bad := int((table.duplicated() | table.isna().any(axis=1)).sum()):
        others = "other columns" if len(names) > 1 else "another column, or several with commas between them"
        msg = f"--key {','.join(names)}: {bad:,} rows have the key of another, or none. Name {others}"
        msg = f"{msg}, or `none`: then the content of a row is its key"
        raise RefusedError(msg)
    return proposal


def _may_be_part(column: Column, proposal: Proposal) -> bool:
    """Whether it is known before, is complete and tells some rows apart, though not all."""
    known = column.name not in {proposal.target, *proposal.after}
    fits = column.kind in {"whole", "text", "time"} and not column.nulls and 1 < column.distinct < len(column.content)
    return known and fits and proposal.personal.get(column.name) in {None, "an id of a person"}


def _names(column: Column, proposal: Proposal) -> bool:
    return column.name == proposal.time or is_id(column)


def _likelihood(pair: tuple[Column, Column], proposal: Proposal) -> int:
    """Counts what is of a key: ids, the time, and that the time is with an id."""
    return sum(_names(column, proposal) for column in pair) + any(column.name == proposal.time for column in pair)


def repeats_by_chance(pair: tuple[Column, Column]) -> float:
    """Pairs of rows that would be equal in both columns, if these had nothing to do with each other."""
    rows = len(pair[0].content)
    first, second = (float((column.known.value_counts(normalize=True) ** 2).sum()) for column in pair)
    return rows * (rows - 1) / 2 * first * second
