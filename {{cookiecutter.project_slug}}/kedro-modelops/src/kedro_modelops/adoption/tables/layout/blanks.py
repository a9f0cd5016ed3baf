"""Files whose cells are divided by blanks or stand in aligned columns, as R and Fortran write them."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from kedro_modelops.adoption.tables.layout.first_lines import MISSING, NUMBER
from kedro_modelops.errors import RefusedError

BLANKS = r"\s+"
RUN = re.compile(r"\s*[-+]?[\d.,]+(?:\s+(?:[-+]?[\d.,]+|\?|NA)){2,}\s*")
"""Numbers that nothing but blanks divides."""
MOST, FEW = 0.9, 5


def at_blanks(line: str) -> list[str]:
    """The cells of a line; quotes keep together what is in them."""
    return next(csv.reader([" ".join(line.split("\t")).strip()], delimiter=" ", skipinitialspace=True), [])


def are_divided_by_blanks(file: Path, lines: Sequence[str], delimiter: str, before: int) -> bool:
    """Whether blanks divide the cells, and not the delimiter that fits best.

    Args:
        file: Which it is.
        lines: Of its beginning.
        delimiter: The one that fits best.
        before: Lines of the file that are not among these.

    Raises:
        RefusedError: If they do, but not in each line into the same number of cells.
    """
    rows = [at_blanks(line) for line in lines]
    counts = Counter(len(row) for row in rows[1:] if row)
    usual = counts.most_common(1)[0][0] if counts else 0
    if usual < 2 or not _hides_cells(lines, rows, delimiter):  # noqa: PLR2004  (one cell: nothing is divided)
        return False
    begin = [len(row) for row in rows].index(usual)
    begin -= begin > 0 and len(rows[begin - 1]) == usual - 1  # a header without a cell above the names of rows
    table = [row for row in rows[begin + 1 :] if row]
    if all(len(row) == usual for row in table):
        columns = zip(*table, strict=True)
        numbers = any(all(NUMBER.fullmatch(cell) or cell in MISSING for cell in column) for column in columns)
        return numbers or (usual > 2 and len(table) > FEW)  # noqa: PLR2004  (no words of sentences)
    have_numbers = [sum(bool(NUMBER.fullmatch(cell)) for cell in row) > 1 for row in table]
    are_aligned = [bool(re.search(r"\S\s{2,}\S", line)) for line in lines[begin:] if line.strip()]
    if sum(have_numbers) < MOST * len(table) and not all(are_aligned):
        return False
    at = next(at for at, row in enumerate(rows) if at > begin and row and len(row) != usual)
    raise _uneven(file, before + at + 1, len(rows[at]), usual)


def _hides_cells(lines: Sequence[str], rows: Sequence[Sequence[str]], delimiter: str) -> bool:
    """Whether the delimiter leaves cells together (whole lines, runs of numbers), or stands twice in some lines."""
    divided = [row for row in csv.reader(lines, delimiter=delimiter) if row]
    if 2 * sum(len(row) > 1 for row in divided) < len(divided):
        return True
    if delimiter == "\t":
        if len({len(row) for row in divided}) > len({len(row) for row in rows if row}) == 1:
            return True
        return sum(any(RUN.fullmatch(cell) for cell in row) for row in divided) >= MOST * len(divided)
    with_commas = [cell for row in rows[1:] for cell in row if "," in cell]
    return delimiter == "," and all(re.fullmatch(r"[-+]?\d+,\d+", cell) for cell in with_commas)


def refuse_short_rows(file: Path, ends: Sequence[bool], usual: int) -> None:
    """Refuses a table in which a row has too few cells, which would have moved to the left.

    Args:
        file: Which it is.
        ends: Whether each row has a last cell.
        usual: How many cells a row has.

    Raises:
        RefusedError: With the first such row.
    """
    if not all(ends):
        number = list(ends).index(False) + 1
        msg = f"{file}: its cells are divided by blanks, and row {number} has fewer than {usual} of them. {WAY_OUT}"
        raise RefusedError(msg)


WAY_OUT = "Put texts with blanks into quotes, and NA for what is missing; or save it as CSV"


def _uneven(file: Path, line: int, found: int, usual: int) -> RefusedError:
    return RefusedError(
        f"{file}: its cells are divided by blanks, but line {line} has {found} of them and most have {usual}. {WAY_OUT}"
    )
