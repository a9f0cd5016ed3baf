"""Rows that are about one person or thing, and must not be divided between training and test."""

import re

import pandas as pd

from kedro_modelops.adoption.proposing.columns import Column
from kedro_modelops.adoption.proposing.personal_data import MANY_IDS, is_id, is_id_of_person, words_of
from kedro_modelops.adoption.proposing.proposal import Proposal

THINGS = (
    "branch|class|classroom|clinic|company|device|family|farm|firm|herd|hospital|hotel|house|household|litter|machine|"
    "plant|restaurant|school|sensor|shop|site|store|supplier|team|vehicle|ward"
)
"""What rows may be about, by the name of a column; whether they are, their content has to say."""
ALIKE = 0.1
"""Share of the variance of the target that groups of rows have to explain, beyond what chance does."""
MANY_THINGS, FEWEST = 20, 2
"""Groups of what is no person, and rows of a group on average."""


def find_group(proposal: Proposal) -> str | None:
    """The column whose values come again and name what rows are about; people come first."""
    groups = [
        column
        for column in proposal.columns.values()
        if column.name not in {proposal.target, proposal.time, proposal.key_column}
        and column.kind in {"whole", "text"}
        and (is_id(column) or _is_thing(column))
        and not column.nulls
        and (MANY_IDS if is_id_of_person(column) else MANY_THINGS) <= column.distinct <= len(column.content) / FEWEST
        and (is_id(column) or _look_alike(column, proposal))
    ]
    return next((column.name for column in sorted(groups, key=lambda column: not is_id_of_person(column))), None)


def _is_thing(column: Column) -> bool:
    return bool(re.fullmatch(THINGS, words_of(column.name)))


def _look_alike(column: Column, proposal: Proposal) -> bool:
    """Whether rows of one group are like each other: in the target, or all the same in what differs between groups."""
    others = [known for known in proposal.columns.values() if known.name not in {column.name, proposal.target}]
    varied = proposal.table[[known.name for known in others if known.distinct > 1]]
    values = varied.groupby(column.content).nunique().max()
    return bool((values <= 1).any()) or _explained(column.content, proposal.goal) >= ALIKE


def _explained(groups: pd.Series, target: Column) -> float:
    """Share of the variance of a target that is between groups, less what it would be by chance (epsilon squared)."""
    numbers = target.content if target.is_number else pd.Series(pd.factorize(target.content)[0], groups.index)
    known = numbers.notna()
    values, by = numbers[known].astype(float), groups[known]
    within = float(((values - values.groupby(by).transform("mean")) ** 2).sum())
    total = float(((values - values.mean()) ** 2).sum())
    free = len(values) - by.nunique()
    return 1 - within * (len(values) - 1) / (free * total) if free > 0 and total else 0.0
