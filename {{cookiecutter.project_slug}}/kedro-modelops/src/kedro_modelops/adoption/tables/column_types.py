"""Columns with the types that their values have, without those that hold nothing."""

import pandas as pd

from kedro_modelops.adoption.tables.column_names import with_index, with_plain_names, with_row_names
from kedro_modelops.adoption.tables.signed_numbers import numbers_without_units
from kedro_modelops.adoption.tables.text_columns import settle_type
from kedro_modelops.contracts.normalization import MEANINGLESS


def settle_types(table: pd.DataFrame, form: str) -> tuple[pd.DataFrame, dict[str, str], dict[str, str]]:
    """Gives columns their types.

    Args:
        table: As it was read.
        form: How it was written: cells of a file may hold numbers as text.

    Returns:
        The table, columns that are left out, with the reason, and the units that numbers were written with.
    """
    table, repeated = with_plain_names(with_row_names(with_index(table)))
    dropped = repeated | {str(name): "numbers the rows" for name in table if MEANINGLESS.fullmatch(str(name))}
    cells = "cells" in form or "sheet" in form
    written, units = numbers_without_units(table.drop(columns=list(dropped), errors="ignore"), plain=cells)
    settled = written.apply(lambda column: settle_type(column, numbers=cells))
    durations = settled.select_dtypes("timedelta")
    seconds = {str(name): durations[name].dt.total_seconds() for name in durations}
    settled = settled.assign(**seconds)
    dropped |= {str(name): "empty" for name in settled if settled[name].isna().all()}
    return settled.drop(columns=list(dropped), errors="ignore"), dropped, units | dict.fromkeys(seconds, "s")
