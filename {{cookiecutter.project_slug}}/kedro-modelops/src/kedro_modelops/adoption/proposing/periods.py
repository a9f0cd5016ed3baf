"""Whether the files of a folder are periods, so that later ones can be taken in beside them."""

import pandas as pd

from kedro_modelops.adoption.proposing.proposal import Proposal
from kedro_modelops.adoption.tables.periods import WORDS, find_frequency, period_named, periods_of


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
