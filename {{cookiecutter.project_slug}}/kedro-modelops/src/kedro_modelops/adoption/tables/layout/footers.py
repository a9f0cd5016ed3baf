"""What stands below the rows of a table: totals and averages, sources and notes."""

import re
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd

from kedro_modelops.adoption.tables.layout.first_lines import NUMBER, NUMERIC
from kedro_modelops.adoption.tables.layout.headers import Notes, shown

TOTAL = re.compile(
    r"(?:(?:grand|sub|over)?[ -]?totals?|sum|summe|gesamt\w*|insgesamt|zusammen|ergebnis|somme|suma|totale|totaal"
    r"|Σ|overall|average|avg|mean|mittelwert|durchschnitt|moyenne|promedio|media)\b.{0,30}",
    re.IGNORECASE,
)
NOTE = re.compile(
    r"(?:sources?|quellen?|notes?|anmerkung(?:en)?|hinweise?|legende?|stand|fuente|remarques?|last updated|data from"
    r"|copyright|date of export|exported|generated|created)\b.*[:.\d]|[©*†]|\(c\)|[#%]\s",
    re.IGNORECASE,
)
MOST = 20
"""Rows at the end of which some may be none."""
TEXT = 60
"""Characters of a first cell from which on it is free text, which says anything."""
SAMPLE = 10_000
"""Rows that say what is usual in the first column."""
FEWEST = 3
"""Rows that a total is of."""


def without_footer(table: pd.DataFrame, place_of: Callable[[int], str]) -> tuple[pd.DataFrame, Notes]:
    """Leaves out what is no row at the end of a table.

    A note stands in the first cell alone. A total has a word for it, or nothing, in front of the sums or means of what
    is above; where the word stands before other numbers, it is a row, and pointed out.

    Args:
        table: As it was read, no row of which is empty.
        place_of: Names the line of a row, by its label in the index.

    Returns:
        The rows, and what is to be known of the others: titles, and sentences.
    """
    last = table.tail(MOST)
    cells = [["" if pd.isna(cell) else str(cell).strip() for cell in row] for row in last.itertuples(index=False)]
    kinds = [*_kinds_from_the_end(table, cells)][::-1]
    body = table.iloc[: len(table) - len(kinds)]
    notes: list[tuple[str, str]] = []
    gone: list[int] = []
    for at, kind in zip(range(len(cells) - len(kinds), len(cells)), kinds, strict=True):
        place, row = place_of(int(last.index[at])), [cell for cell in cells[at] if cell]
        if kind == "note" or _sums_up(cells[at], body, by_word=kind == "word"):
            gone.append(len(table) - len(cells) + at)
            told = "is a note" if kind == "note" else "sums up those above"
            notes.append(("left out", f"{place} {told}, and is no row: {shown(row)}"))
        elif kind == "word":
            notes.append(
                ("maybe a total", f"{place} ({shown(row)}) is kept as a row: its numbers are no sums of those above")
            )
    return (table.drop(index=table.index[gone]) if gone else table), tuple(notes)


def _kinds_from_the_end(table: pd.DataFrame, cells: Sequence[Sequence[str]]) -> Iterator[str]:
    """What the last rows may be, each of them until one is a row: `note`, `word` of a total, `blank` first cell."""
    first = table.iloc[:, 0]
    if table.shape[1] == 1:
        return
    rows = table.iloc[:-1].head(SAMPLE)
    above = rows.iloc[:, 0][rows.iloc[:, 1:].notna().any(axis=1)].dropna().astype(str).str.strip()
    for row in cells[::-1]:
        filled = [at for at, cell in enumerate(row) if cell]
        if _is_note(row, above):
            yield "note"
        elif _is_word(row[filled[0]], table.iloc[:, filled[0]]) and len(filled) > 1:
            yield "word"
        elif filled[0] > 0 and first.isna().sum() <= len(cells) and first.head(-len(cells)).notna().all():
            yield "blank"
        else:
            return


def _is_word(cell: str, column: pd.Series) -> bool:
    """Whether it is a word for totals, and stands there once."""
    return bool(TOTAL.fullmatch(cell)) and int((column == cell).sum()) == 1


def _is_note(row: Sequence[str], above: "pd.Series[str]") -> bool:
    """Whether a row has a note alone, in which the delimiter may stand."""
    filled = sum(bool(cell) for cell in row)
    longest = int(above.str.len().max()) if len(above) else 0
    if not row[0] or 2 * filled > len(row) or longest >= TEXT:
        return False
    if NOTE.match(row[0]):
        return True
    numbers = above.str.fullmatch(NUMBER).mean() >= NUMERIC and bool(re.search(r"[^\W\d]", row[0]))
    return filled == 1 and (numbers or len(row[0]) > max(2 * longest, 30))


def _sums_up(row: Sequence[str], body: pd.DataFrame, *, by_word: bool) -> bool:
    """Whether the numbers of a row are the sums of their columns or, with a word before them, means or beyond all."""
    compared = [
        [_compare(cell, body.iloc[:, at], comma=comma) for at, cell in enumerate(row) if NUMBER.fullmatch(cell)]
        for comma in (False, True)
    ]
    for found in ([signs for signs in found if signs is not None] for found in compared):
        sums = sum(is_sum for is_sum, _, _ in found)
        if sums and 2 * sums >= len(found):
            return True
        if by_word and (any(is_mean for _, is_mean, _ in found) or sums):
            return True
        if by_word and len(found) > 1 and all(is_beyond for _, _, is_beyond in found):
            return True
    return False


def _compare(cell: str, column: pd.Series, *, comma: bool) -> tuple[bool, bool, bool] | None:
    """Whether a number is the sum of its column, the mean, and beyond all; None where the column holds others."""
    known = column.dropna().astype(str).str.strip()
    numbers = pd.to_numeric(_plain(known, comma=comma), errors="coerce")
    value = float(pd.to_numeric(_plain(pd.Series([cell]), comma=comma), errors="coerce").iloc[0])
    if np.isnan(value) or len(known) < FEWEST or numbers.notna().mean() < NUMERIC:
        return None
    decimals = len(cell.rpartition("," if comma else ".")[2]) if ("," if comma else ".") in cell else 0
    close = 0.51 * 10.0**-decimals
    is_sum = abs(value - numbers.sum()) <= close and (numbers != 0).sum() >= FEWEST
    is_mean = abs(value - numbers.mean()) <= close and numbers.std() > 0 and decimals > 0
    return bool(is_sum), bool(is_mean), bool(abs(value) > numbers.abs().max())


def _plain(numbers: "pd.Series[str]", *, comma: bool) -> "pd.Series[str]":
    """Numbers as Python writes them, of which comma or point is the decimal mark."""
    marks = r"[.' \u00a0\u202f]" if comma else r"[,' \u00a0\u202f]"
    return numbers.str.replace(marks, "", regex=True).str.replace(",", ".", regex=False)
