"""Text files of rows, all cells of which are read as text: CSV of any kind, and columns between blanks."""

import csv
import warnings
from collections import deque
from functools import partial
from itertools import islice
from pathlib import Path

import pandas as pd

from kedro_modelops.adoption.tables.layout.blanks import BLANKS, at_blanks, refuse_short_rows
from kedro_modelops.adoption.tables.layout.footers import without_footer
from kedro_modelops.adoption.tables.layout.forms import Form, find_form
from kedro_modelops.adoption.tables.layout.headers import DETECTED, Header, Notes
from kedro_modelops.errors import RefusedError

DECIMAL_COMMA = r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+),\d+(?:[eE][+-]?\d+)?"
FAULTS = (pd.errors.ParserError, pd.errors.ParserWarning, pd.errors.EmptyDataError, UnicodeDecodeError, csv.Error)
GROUPED = r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+"


def read_delimited(file: Path, header: Header = DETECTED) -> tuple[pd.DataFrame, str, Notes]:
    """Reads all cells as text.

    Args:
        file: CSV of any kind, or columns with blanks between them.
        header: What is said of its header.

    Returns:
        The table, in which an empty cell is null, what its form is, in words, and what is to be known of it.

    Raises:
        RefusedError: If a line has more cells than there are names, or it is unclear what its first line is.
    """
    try:
        form = find_form(file, header)
        table = _read_cells(file, form)
    except FAULTS as error:
        msg = f"{file} is no table: {' '.join(str(error).split())}. All lines need as many cells as the header has"
        raise RefusedError(msg) from error
    if form.delimiter == BLANKS:
        refuse_short_rows(file, table.iloc[:, -1].notna().tolist(), table.shape[1])
    table.columns = pd.Index(form.names or _names(file, form, table))
    table = table.apply(lambda column: column.str.strip().replace("", None))
    table, footer = without_footer(table.dropna(how="all"), partial(_line_of, file, form, len(table)))
    table = table.reset_index(drop=True)
    comma = has_decimal_commas(table) if form.delimiter != "," else False
    if comma:
        table = table.apply(_with_points)
    shown = {"\t": "'tab'", BLANKS: "blanks"}.get(form.delimiter, f"'{form.delimiter}'")
    return table, f"{form.encoding}, cells between {shown}{', decimal comma' if comma else ''}", form.notes + footer


def _read_cells(file: Path, form: Form) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)  # lines have more cells than there are names
        return pd.read_csv(
            file,
            sep=form.delimiter,
            encoding=form.encoding,
            skiprows=form.skipped,
            header=None if form.names else 0,
            names=range(len(form.names)) if form.names else None,
            dtype=str,
            keep_default_na=False,
            na_values=[""],
            skipinitialspace=True,
            index_col=False,
            on_bad_lines="error",
        )


def _names(file: Path, form: Form, table: pd.DataFrame) -> list[str]:
    """Names as the header has them: pandas numbers those that are there twice."""
    with file.open(encoding=form.encoding, newline="") as opened:
        lines = islice(opened, form.skipped, None)
        if form.delimiter == BLANKS:
            names = at_blanks(next(lines, ""))
        else:
            names = next(csv.reader(lines, delimiter=form.delimiter, skipinitialspace=True), [])
    return names if len(names) == table.shape[1] and all(names) else [str(name) for name in table.columns]


def _line_of(file: Path, form: Form, count: int, row: int) -> str:
    """Where a row stands: lines are counted from the end, for above the rows there may be others."""
    delimiter = " " if form.delimiter == BLANKS else form.delimiter
    with file.open(encoding=form.encoding, newline="") as opened:
        reader = csv.reader(opened, delimiter=delimiter, skipinitialspace=True)
        lines = deque((reader.line_num for cells in reader if len(cells) > 1 or any(cells)), maxlen=count - row)
    return f"line {lines[0]}"


def has_decimal_commas(table: pd.DataFrame) -> bool:
    """Whether some column holds numbers with a comma, and nothing else."""
    return any(
        bool(known.str.fullmatch(rf"{DECIMAL_COMMA}|[+-]?\d+").all()) and bool(known.str.contains(",").any())
        for known in (column.dropna() for _, column in table.items())
        if len(known)
    )


def _with_points(column: pd.Series) -> pd.Series:
    """The column with decimal points, if it holds numbers that have a comma, or points between thousands."""
    known = column.dropna()
    if not len(known) or not known.str.fullmatch(rf"{DECIMAL_COMMA}|{GROUPED}|[+-]?\d+").all():
        return column
    if not known.str.contains("[.,]").any():
        return column
    return column.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
