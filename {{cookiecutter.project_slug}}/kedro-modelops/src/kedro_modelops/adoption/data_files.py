"""The files in which a table lies in the project."""

from pathlib import Path

import pandas as pd

from kedro_modelops.adoption.proposing.proposal import Proposal
from kedro_modelops.adoption.tables.periods import periods_of
from kedro_modelops.files.folder import as_files


def stored_files(proposal: Proposal, table: pd.DataFrame, place: str) -> dict[str, bytes]:
    """A table as it is stored: in one file, in one for each period, or in the files of which each is a row."""
    if proposal.rules:
        return {f"{place}/{name}": content for name, content in as_files(table, proposal.rules).items()}
    if not (proposal.every and proposal.time):
        return {place: table.to_parquet(index=False)}
    periods = periods_of(table[proposal.time], proposal.zone, proposal.every)
    return {f"{place}/{period}.parquet": rows.to_parquet(index=False) for period, rows in table.groupby(periods)}


def of_tests(stored: str) -> str:
    """Where the rows of the tests lie."""
    return f"tests/data/{Path(stored).name}"
