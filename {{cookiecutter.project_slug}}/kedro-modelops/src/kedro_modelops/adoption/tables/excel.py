"""Sheets of Excel, in which a title may stand above the names of the columns."""

from pathlib import Path

import pandas as pd

from kedro_modelops.adoption.tables.layout.footers import without_footer
from kedro_modelops.adoption.tables.layout.headers import Header, Notes, numbered_names
from kedro_modelops.errors import RefusedError

TITLES = 20
"""Rows among which the names are looked for."""
JUDGED = 1000
"""Rows by which a header is told from a row."""


def read_excel(path: Path, sheet: str | None, header: Header) -> tuple[pd.DataFrame, str | None, Notes]:
    """Reads a sheet; each cell has a type of its own, which is kept: 01234 that is text stays one.

    Args:
        path: A workbook.
        sheet: Which one; None for the only one that holds a table.
        header: What is said of its header.

    Returns:
        The table, the name of its sheet where the workbook has others, and what is to be known of it.

    Raises:
        RefusedError: If there is no such sheet, several hold tables and none is named, or the package that reads Excel
            is not installed.
    """
    try:
        with pd.ExcelFile(path) as book:
            name = _find_sheet(path, book, sheet)
            table, notes = _with_names(_cells(book, name), header, path.name)
            return table, name if len(book.sheet_names) > 1 else None, notes
    except ImportError as error:
        msg = (
            f"{path}: to read Excel, add openpyxl to the group `dev` of pyproject.toml, `make lock setup`; or save "
            "the sheet as CSV"
        )
        raise RefusedError(msg) from error


def _find_sheet(path: Path, book: pd.ExcelFile, wanted: str | None) -> str:
    names = [str(name) for name in book.sheet_names]
    if wanted is not None:
        if wanted not in names:
            msg = f"--sheet {wanted}: {path} has no such sheet, but {', '.join(names)}"
            raise RefusedError(msg)
        return wanted
    tables = [name for name in names if holds_table(_cells(book, name, TITLES + 1))] if len(names) > 1 else names
    if len(tables) > 1:
        msg = f"{path} holds {len(tables)} tables: say by --sheet which is meant, {' or '.join(tables)}"
        raise RefusedError(msg)
    return (tables or names)[0]


def _cells(book: pd.ExcelFile, sheet: str, rows: int | None = None) -> pd.DataFrame:
    return book.parse(sheet, header=None, nrows=rows, dtype=object, keep_default_na=False, na_values=[""])


def _with_names(cells: pd.DataFrame, header: Header, place: str) -> tuple[pd.DataFrame, Notes]:
    if cells.empty:
        return cells, ()
    names = row_of_names(cells)
    below = cells.iloc[names:].dropna(how="all")
    rows = [["" if pd.isna(cell) else str(cell) for cell in row] for row in below.head(JUDGED).to_numpy()]
    titles = [f"Unnamed: {at}" if pd.isna(title) else title for at, title in enumerate(cells.iloc[names])]
    notes: Notes = ()
    if header.is_first(rows, place):
        below = below.iloc[1:]
    else:
        titles, notes = numbered_names(cells.shape[1]), (header.note(rows[0]),)
    table, footer = without_footer(below.set_axis(titles, axis=1), lambda row: f"row {row + 1}")
    return table.reset_index(drop=True).infer_objects(), notes + footer


def holds_table(cells: pd.DataFrame) -> bool:
    """Whether names of two columns at least stand above something: notes have one column, a cover has no rows."""
    if cells.empty:
        return False
    below = cells.iloc[row_of_names(cells) :].dropna(how="all")
    return len(below) > 1 and below.dropna(how="all", axis=1).shape[1] > 1


def row_of_names(cells: pd.DataFrame) -> int:
    """The first row in which more than half of the columns have something: titles and notes stand above it."""
    filled = cells.head(TITLES).notna().sum(axis=1)
    return int((filled > filled.max() / 2).to_numpy().argmax())
