"""Rows for the tests: few, real, and without anything that identifies a person, as they go into git."""

import numpy as np
import pandas as pd

from kedro_modelops.adoption.judging.model_input import label
from kedro_modelops.adoption.proposing.columns import Column
from kedro_modelops.adoption.proposing.proposal import Proposal

SIZES = (300, 600, 1200)
OF_A_CLASS = 40
"""Rows of each class, where there are so many."""


def draw_sample(proposal: Proposal, size: int, seed: int) -> pd.DataFrame:
    """Draws rows, in their order: some of each class, and of groups all or none.

    Args:
        proposal: What the table is taken for.
        size: How many rows, about.
        seed: Of the draw.

    Returns:
        Columns of the table, those that identify a person made up.
    """
    table = proposal.table
    drawn = _groups(proposal, table, size, seed) if proposal.group else _rows(proposal, table, size, seed)
    rows = table.loc[drawn].sort_index()
    made_up = {name: invent(proposal.columns[name], rows[name]) for name in proposal.personal if name in rows}
    return rows.assign(**made_up).reset_index(drop=True)


def _rows(proposal: Proposal, table: pd.DataFrame, size: int, seed: int) -> pd.Index:
    if len(table) <= size:
        return table.index
    if proposal.kind == "regression":
        return table.sample(size, random_state=seed).index
    outcome = label(proposal, table).dropna()
    shuffled = outcome.sample(frac=1, random_state=seed)
    each = max(8, min(OF_A_CLASS, size // len(proposal.classes)))
    some = shuffled.groupby(shuffled).head(each).index
    return some.union(shuffled.drop(some).index[: max(size - len(some), 0)])


def _groups(proposal: Proposal, table: pd.DataFrame, size: int, seed: int) -> pd.Index:
    groups = table[proposal.group]
    order = pd.Index(np.random.default_rng(seed).permutation(groups.unique()))
    if proposal.kind != "regression":
        outcome = label(proposal, table).iloc[np.argsort(order.get_indexer(pd.Index(groups)), kind="stable")].dropna()
        of_classes = pd.Index(groups[outcome.groupby(outcome).head(OF_A_CLASS).index].unique())
        order = of_classes.append(order.difference(of_classes, sort=False))
    counts = groups.value_counts().loc[order].cumsum()
    return table.index[groups.isin(order[: max(int((counts < size).sum()), 8)])]


def invent(column: Column, rows: pd.Series) -> pd.Series:
    """Values in place of those that identify a person; equal ones stay equal, and nulls null."""
    codes = pd.factorize(rows)[0]
    known = codes >= 0
    if column.kind == "text":
        word = "person"
        values = [f"{word}-{code:05d}" if code >= 0 else np.nan for code in codes]
        return pd.Series(values, rows.index, dtype=object)
    if column.kind == "time":
        first = column.known.min()
        return pd.Series([first + pd.Timedelta(days=int(code)) for code in codes], rows.index).where(known)
    if column.is_number and not column.is_listed:
        low = float(column.known.min())
        numbers = pd.Series(low + codes, rows.index).where(known)
        return (
            numbers.clip(upper=float(column.known.max())).astype(column.content.dtype)
            if not column.unique
            else numbers.astype(column.content.dtype)
        )
    return rows
