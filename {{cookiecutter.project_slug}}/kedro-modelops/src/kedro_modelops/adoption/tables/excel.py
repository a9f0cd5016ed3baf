"""Sheets of Excel, in which a title may stand above the names of the columns."""

from pathlib import Path

import pandas as pd

from kedro_modelops.errors import RefusedError

TITLES = 20
"""Rows among which the names are looked for."""


def read_excel(path: Path) -> pd.DataFrame:
    """Reads the first sheet; each cell has a type of its own, which is kept: 01234 that is text stays one.

    Raises:
        RefusedError: If the package that reads Excel is not installed.
    """
    try:
        cells = pd.read_excel(path, header=None, dtype=object, keep_default_na=False, na_values=[""])
    except ImportError as error:
        msg = (
            f"{path}: to read Excel, add openpyxl to the group `dev` of pyproject.toml, `make lock setup`; or save "
            "the sheet as CSV"
        )
        raise RefusedError(msg) from error
    if cells.empty:
        return cells
    names = row_of_names(cells)
    titles = [f"Unnamed: {at}" if pd.isna(title) else title for at, title in enumerate(cells.iloc[names])]
    table = cells.iloc[names + 1 :].set_axis(titles, axis=1).dropna(how="all")
    return table.reset_index(drop=True).infer_objects()


def row_of_names(cells: pd.DataFrame) -> int:
    """The first row in which more than half of the columns have something: titles and notes stand above it."""
    filled = cells.head(TITLES).notna().sum(axis=1)
    return int((filled > filled.max() / 2).to_numpy().argmax())
