"""What divides the cells of a line, and which lines stand above the table."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence

from kedro_modelops.adoption.tables.layout.blanks import BLANKS, at_blanks
from kedro_modelops.adoption.tables.layout.first_lines import FirstLine, judge

DELIMITERS = ",;\t|"


def find_delimiter(lines: Sequence[str]) -> str:
    """The delimiter that gives most lines the same number of cells, over one; no comma that is a decimal mark."""
    found = {mark: _agreement(lines[count_titles(lines, mark) :], mark) for mark in DELIMITERS}
    best = max(DELIMITERS, key=lambda mark: found[mark])
    others = [mark for mark in DELIMITERS if best == "," != mark and found[mark][0] >= found[best][0] > 0]
    return next((mark for mark in others if _leaves_decimals(lines, mark)), best)


def _leaves_decimals(lines: Sequence[str], delimiter: str) -> bool:
    """Whether the commas in the cells are decimal marks."""
    cells = [cell.strip() for row in csv.reader(lines, delimiter=delimiter) for cell in row if "," in cell]
    return all(re.fullmatch(r"[-+]?[\d.]+,\d+", cell) for cell in cells)


def _agreement(lines: Sequence[str], delimiter: str) -> tuple[int, int]:
    """How many lines have as many cells as the first one, where it has more than one; then how many cells that are."""
    rows = [len(row) for row in csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter) if row]
    if not rows or rows[0] == 1:
        return (0, 0)
    return (Counter(rows)[rows[0]], rows[0])


def rows_of(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """The cells of each line."""
    if delimiter == BLANKS:
        return [at_blanks(line) for line in lines]
    return list(csv.reader(lines, delimiter=delimiter))


def count_titles(lines: Sequence[str], delimiter: str) -> int:
    """How many lines of a title or a note stand above the names: they have a first cell at most, most others more.

    A title in which the delimiter stands has fewer cells than most lines. So have names over lines that end in a
    delimiter or begin with a name of the row: by one, and no line below has something with a letter in each cell, or
    the one that has is a row.
    """
    rows = rows_of(lines, delimiter)
    wide = [any(row[1:]) for row in rows]
    first = wide.index(True) if True in wide else 0
    if 2 * sum(wide) <= len(wide) - first:
        return 0
    usual = Counter(map(len, rows[first:])).most_common(1)[0][0]
    names = next(at for at, row in enumerate(rows) if at >= first and len(row) == usual)
    have_letters = all(re.search(r"[^\W\d_]", cell) for cell in rows[names])
    are_names = len(rows[first]) < usual - 1 or (have_letters and judge(rows[names:]) is not FirstLine.ROW)
    return names if len(rows[first]) < usual and are_names else first
