"""Text files of rows: which encoding, delimiter and decimal mark they are written with."""

import csv
import io
import re
import warnings
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from kedro_modelops.errors import RefusedError

HEAD = 200_000
"""Bytes in which the form of a file is looked for."""
LINES = 60
DELIMITERS = ",;\t|"
DECIMAL_COMMA = r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+),\d+(?:[eE][+-]?\d+)?"
GROUPED = r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+"


class Form(NamedTuple):
    """How a file is written."""

    encoding: str
    delimiter: str
    titles: int = 0
    """Lines that stand above the names of the columns."""


def read_delimited(file: Path) -> tuple[pd.DataFrame, str]:
    """Reads all cells as text.

    Args:
        file: CSV of any kind, with a line of names.

    Returns:
        The table, in which an empty cell is null, and what its form is, in words.

    Raises:
        RefusedError: If it has no names or a line has more cells than there are names.
    """
    form = find_form(file)
    try:
        table = _read_cells(file, form)
    except (pd.errors.ParserError, pd.errors.ParserWarning, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        msg = f"{file} is no table: {' '.join(str(error).split())}. Its first line has to name the columns"
        raise RefusedError(msg) from error
    table.columns = pd.Index(_names(file, form, table))
    table = table.apply(lambda column: column.str.strip().replace("", None))
    comma = has_decimal_commas(table) if form.delimiter != "," else False
    if comma:
        table = table.apply(_with_points)
    shown = {"\t": "tab"}.get(form.delimiter, form.delimiter)
    return table, f"{form.encoding}, cells between '{shown}'" + (", decimal comma" if comma else "")


def _read_cells(file: Path, form: Form) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)  # lines have more cells than there are names
        return pd.read_csv(
            file,
            sep=form.delimiter,
            encoding=form.encoding,
            skiprows=form.titles,
            dtype=str,
            keep_default_na=False,
            na_values=[""],
            skipinitialspace=True,
            index_col=False,
            on_bad_lines="error",
        )


def _names(file: Path, form: Form, table: pd.DataFrame) -> list[str]:
    """Names as the first line has them: pandas numbers those that are there twice."""
    with file.open(encoding=form.encoding, newline="") as opened:
        names = next(csv.reader(islice(opened, form.titles, None), delimiter=form.delimiter, skipinitialspace=True), [])
    return names if len(names) == table.shape[1] and all(names) else [str(name) for name in table.columns]


def find_form(file: Path) -> Form:
    """Encoding and delimiter of a file: the delimiter that gives most lines the same number of cells, over one."""
    with file.open("rb") as opened:
        head = opened.read(HEAD)
    encoding = _encoding(file, head)
    text = head.decode(encoding, errors="ignore")
    lines = text.splitlines()[: LINES if len(head) < HEAD else -1][:LINES]
    delimiter = max(DELIMITERS, key=lambda mark: _agreement(lines[_titles(lines, mark) :], mark))
    return Form(encoding, delimiter, _titles(lines, delimiter))


def _titles(lines: list[str], delimiter: str) -> int:
    """How many lines of a title or a note stand above the names: they have a first cell at most, most others more.

    A title in which the delimiter stands has fewer cells than most lines. So have names over lines that end in a
    delimiter: by one, and no line below has something with a letter in each cell.
    """
    rows = list(csv.reader(lines, delimiter=delimiter))
    wide = [any(row[1:]) for row in rows]
    first = wide.index(True) if True in wide else 0
    if 2 * sum(wide) <= len(wide) - first:
        return 0
    usual = Counter(map(len, rows[first:])).most_common(1)[0][0]
    names = next(at for at, row in enumerate(rows) if at >= first and len(row) == usual)
    are_names = len(rows[first]) < usual - 1 or all(re.search(r"[^\W\d_]", cell) for cell in rows[names])
    return names if len(rows[first]) < usual and are_names else first


def _encoding(file: Path, head: bytes) -> str:
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if head.startswith(mark):
            return name
    try:
        with file.open(encoding="utf-8") as opened:
            while opened.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return "cp1252" if not set(head) & {0x81, 0x8D, 0x8F, 0x90, 0x9D} else "latin-1"
    return "utf-8"


def _agreement(lines: list[str], delimiter: str) -> tuple[int, int]:
    """How many lines have as many cells as the first one, where it has more than one; then how many cells that are."""
    rows = [len(row) for row in csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter) if row]
    if not rows or rows[0] == 1:
        return (0, 0)
    return (Counter(rows)[rows[0]], rows[0])


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
