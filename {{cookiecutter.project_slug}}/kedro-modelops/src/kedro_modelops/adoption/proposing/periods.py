"""Whether the files of a folder are periods, so that later ones can be taken in beside them."""

import pandas as pd

from kedro_modelops.adoption.proposing.columns import Column
from kedro_modelops.adoption.proposing.proposal import Proposal
from kedro_modelops.adoption.tables.periods import WORDS, find_frequency, period_named, periods_of
from kedro_modelops.errors import RefusedError

YEARS = (1700, 2200)
HELD = {"whole": "whole numbers", "number": "numbers", "flag": "truth values", "text": "text"}


def years_as_times(table: pd.DataFrame, name: str | None) -> pd.DataFrame:
    """The table with the beginnings of the years that a column holds; as it is where it holds something else."""
    years = table[name] if name in table.columns else None
    if years is None or years.isna().any() or not pd.api.types.is_numeric_dtype(years.dtype):
        return table
    if not (years.between(*YEARS).all() and (years % 1 == 0).all()):
        return table
    return table.assign(**{str(name): pd.to_datetime(years.astype(int).astype(str), format="%Y")})


def check_time(column: Column) -> None:
    """Refuses a column that does not say of each row when it was.

    Raises:
        RefusedError: With what it holds.
    """
    if column.kind == "time" and not column.nulls:
        return
    holds = "nothing in some rows" if column.kind == "time" else f"neither times nor years, but {HELD[column.kind]}"
    msg = f"--time {column.name}: it holds {holds}. Name another column, or `none`: then rows are divided at random"
    raise RefusedError(msg)


def with_periods(proposal: Proposal, files: pd.Series | None) -> Proposal:
    """Divides a table by periods as its files do; where that is not so, says why it becomes one table.

    Args:
        proposal: With time and zone.
        files: Name of the file of each row; None for what is no folder.
    """
    if files is None:
        return proposal
    every = find_frequency(files.unique())
    if every is None:
        return proposal.but(undivided="the names of its files are no periods, such as 2024-01")
    if not proposal.time:
        return proposal.but(undivided="no column says when a row was (--time)")
    named = files.map({name: period_named(name, every) for name in files.unique()})
    was = periods_of(proposal.columns[proposal.time].content, proposal.zone, every)
    if others := int((named.to_numpy() != was.to_numpy()).sum()):
        clock = f"going by {proposal.time} and the clock of {proposal.zone} (--time, --time-zone)"
        return proposal.but(undivided=f"{others:,} rows are of another {WORDS[every]} than their file, {clock}")
    return proposal.but(every=every)
