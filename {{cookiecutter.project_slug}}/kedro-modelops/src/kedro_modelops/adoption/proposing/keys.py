"""Whether keys tell rows apart."""

import pandas as pd

from kedro_modelops.adoption.proposing.columns import Column
from kedro_modelops.adoption.proposing.proposal import Proposal
from kedro_modelops.adoption.proposing.wishes import Wishes
from kedro_modelops.errors import RefusedError

ALIKE = 0.01
"""Share of rows that may repeat another one, and are then left out; where there are more, they only look alike."""


def with_keys(proposal: Proposal, wishes: Wishes) -> Proposal:
    """Looks whether keys tell rows apart; where too many look alike, gives each a number of its own.

    Raises:
        RefusedError: If a person has named a key that does not.
    """
    if proposal.key:
        column = proposal.columns[proposal.key]
        if not column.unique:
            msg = (
                f"--key {column.name}: {len(column.content) - column.distinct:,} rows have the key of another, or none"
            )
            raise RefusedError(f"{msg}. Name another column, or `none`: then the content of a row is its key")
        return proposal
    known = proposal.table[outcome(proposal).notna()]
    repeated = int(known.duplicated(subset=[*proposal.features, *([proposal.time] if proposal.time else [])]).sum())
    if repeated <= ALIKE * len(known) or wishes.says_key:
        return proposal.but(repeated=repeated)
    name = next(name for name in ("row_id", "record_id", "given_row_id") if name not in proposal.columns)
    numbers = pd.Series([f"row-{number:06d}" for number in range(1, proposal.rows + 1)], dtype=object)
    return proposal.but(key=name, given=True, columns={name: Column(name, numbers)} | proposal.columns)


def outcome(proposal: Proposal) -> pd.Series:
    """What became of each row; null where that is not known, or too rare to be learned."""
    values = proposal.goal.content
    return values.where(values.isin(proposal.classes)) if proposal.classes else values
