"""Where a row stands in its file, as an editor counts."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TEXT = (".csv", ".tsv", ".txt")
COUNTED_OTHERWISE = {"skiprows", "comment", "header", "names", "chunksize", "skip_blank_lines", "lineterminator"}
"""Options of `read_csv` with which lines are not counted here."""


def place(row: int, source: Any) -> str:
    """The line of a row of a text file, whose header is line 1; else the number of the row, which begins with 1.

    Args:
        row: Position in the table, which begins with 0.
        source: The Kedro dataset that loaded it, if it is known.
    """
    path, options = Path(str(getattr(source, "_filepath", ""))), getattr(source, "_load_args", None) or {}
    if path.suffix in TEXT and not COUNTED_OTHERWISE & set(options):
        try:
            return f"line {next(line for number, line in enumerate(_lines(path, options)) if number == row + 1)}"
        except (OSError, UnicodeError, csv.Error, StopIteration):
            pass
    return f"row {row + 1}"


def _lines(path: Path, options: dict[str, Any]) -> Iterator[int]:
    """First line of each record, of which some take several lines, and blank ones count for none."""
    separator = options.get("sep") or options.get("delimiter") or ("\t" if path.suffix == ".tsv" else ",")
    with path.open(encoding=options.get("encoding") or "utf-8", newline="") as file:
        records = csv.reader(file, delimiter=separator, quotechar=options.get("quotechar") or '"')
        line = 1
        for record in records:
            if len(record) > 1 or any(cell.strip() for cell in record):
                yield line
            line = records.line_num + 1
