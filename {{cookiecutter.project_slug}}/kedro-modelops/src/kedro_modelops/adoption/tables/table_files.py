"""A file that holds a table, or a folder of such files, by how they end."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from kedro_modelops.adoption.tables.compressed import ENDINGS, decompressed
from kedro_modelops.adoption.tables.delimited import read_delimited
from kedro_modelops.adoption.tables.excel import read_excel
from kedro_modelops.adoption.tables.layout.headers import Header, Notes
from kedro_modelops.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

DELIMITED, LINES, EXCEL = (
    {".csv", ".tsv", ".txt", ".data", ".dat"},
    {".jsonl", ".ndjson", ".json"},
    {".xlsx", ".xls", ".xlsm"},
)
SHEET = "sheet of Excel"
"""How a table of a workbook is written."""
PARQUET = {".parquet", ".pq"}


class TableFile(NamedTuple):
    """What a file holds.

    Attributes:
        table: As it was read.
        form: How it is written, in words.
        sheet: Of a workbook that has several, which one it is.
        notes: What is to be known of it: titles, and sentences.
    """

    table: pd.DataFrame
    form: str
    sheet: str | None = None
    notes: Notes = ()


def read_file(path: Path, sheet: str | None, header: Header) -> TableFile:
    """Reads a file, compressed or not.

    Args:
        path: Where it lies.
        sheet: Which sheet of a workbook is meant; None for the only one that holds a table.
        header: What is said of the header.

    Raises:
        RefusedError: If there is none, it holds no table, or `--names` gives more or fewer names than it has columns.
    """
    if not path.is_file():
        msg = f"there is no {path}: name a file, a folder of files, or the URL of a database (postgresql://…#table)"
        raise RefusedError(msg)
    with decompressed(path) as file:
        found = _read_plain(file, sheet, header)
    if header.names:
        found.table.columns = pd.Index(header.of_columns(found.table.shape[1], path.name))
    return found


def stem_of(path: Path) -> str:
    """The name of a file without its ending; `visits` of `visits.csv.gz`."""
    return Path(path.stem).stem if path.suffix.lower() in ENDINGS else path.stem


def _read_plain(path: Path, sheet: str | None, header: Header) -> TableFile:
    suffix = path.suffix.lower()
    if suffix in DELIMITED:
        table, form, notes = read_delimited(path, header)
        return TableFile(table, form, notes=notes)
    readers: dict[str, Callable[[Path], pd.DataFrame]] = dict.fromkeys(PARQUET, pd.read_parquet)
    readers |= dict.fromkeys(LINES, _read_json)
    if suffix not in {*readers, *EXCEL}:
        msg = f"{path}: files end in {', '.join(sorted(DELIMITED | LINES | EXCEL | {'.parquet'}))}"
        raise RefusedError(msg)
    try:
        if suffix in EXCEL:
            table, name, notes = read_excel(path, sheet, header)
            return TableFile(table, SHEET, name, notes)
        return TableFile(readers[suffix](path), suffix.removeprefix("."))
    except (ValueError, OSError) as error:
        msg = f"{path} cannot be read: {' '.join(str(error).split())[:300]}"
        raise RefusedError(msg) from error


def _read_json(path: Path) -> pd.DataFrame:
    with path.open(encoding="utf-8") as opened:
        lines = opened.read(1) != "["
    return pd.read_json(path, lines=lines, convert_dates=False, dtype=False, precise_float=True)
