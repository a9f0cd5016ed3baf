"""Whether the first line of a table is its header or a row, by what stands below it."""

import re
from collections import Counter
from collections.abc import Sequence
from enum import Enum
from itertools import pairwise

from kedro_modelops.adoption.tables.text_columns import NO_NUMBERS, NULLS

NUMBER = re.compile(r"[-+\u2212]?(?:\d[\d.,' \u00a0]*|[.,]\d+)(?:[eE][-+]?\d+)?")
DATE = re.compile(r"\d{1,4}[-./]\d{1,2}(?:[-./]\d{1,4})?(?:[T ][\d:.]+)?")
MISSING = NULLS | NO_NUMBERS | {"NA"}
NUMERIC = 0.95
"""Share of a column's cells from which on they are taken for numbers."""
YEARS = range(1800, 2201)
FEWEST = 3
"""Numbers of a header that are no whole ones."""
FEW = 5
"""Rows below which a number's distance from those of its column says nothing."""


class FirstLine(Enum):
    """What a first line is: `UNKNOWN` where nothing speaks for a row, `UNCLEAR` where something speaks for both."""

    HEADER = "header"
    ROW = "row"
    UNCLEAR = "unclear"
    UNKNOWN = "unknown"


def judge(rows: Sequence[Sequence[str]]) -> FirstLine:
    """Tells a header from a row by what stands below it.

    A header has words over numbers, a row has values of its column: texts and forms that come again below, and numbers
    among numbers. Numbers may be names too (years, 0 to n): they are ordered, and mostly far from what is below.

    Args:
        rows: All cells as text; the first is the one in question.
    """
    first = [cell.strip() for cell in rows[0]]
    below = [cells for row in rows[1:] if (cells := [cell.strip() for cell in row]) != first and any(cells)]
    columns = [[row[at] for row in below if at < len(row) and row[at] not in MISSING] for at in range(len(first))]
    signs = [_sign(cell, column) for cell, column in zip(first, columns, strict=True)]
    if not first[0] and len(set(columns[0])) == len(below):
        signs[0] = "word"  # an index without a name
    said = Counter(signs)
    numbers = [(_number(first[at]), [_number(cell) for cell in columns[at]]) for at in _places(signs, "number")]
    names = [number for number, _ in numbers]
    ordered = _are_ordered(names)
    for_row = said["value"] + (0 if ordered else len(numbers))
    for_header = said["word"] + said["new"]
    if said["word"] and not (ordered and (names == sorted(names) or _are_years(names))):
        return FirstLine.UNCLEAR
    if for_row and for_row != for_header:
        return FirstLine.ROW if for_row > for_header else FirstLine.HEADER
    if for_row or (numbers and not said["word"] and not _are_names(numbers)):
        return FirstLine.UNCLEAR
    return FirstLine.HEADER if for_header or numbers else FirstLine.UNKNOWN


def _places(signs: Sequence[str | None], sign: str) -> list[int]:
    return [at for at, found in enumerate(signs) if found == sign]


def _sign(cell: str, column: Sequence[str]) -> str | None:
    """What a cell is above its column: `word` over numbers, `number` among them, `value`, `new` value, or None."""
    if not column or cell in MISSING:
        return None
    if sum(bool(NUMBER.fullmatch(known)) for known in column) >= NUMERIC * len(column):
        if NUMBER.fullmatch(cell):
            return "number"
        if cell in column:
            return "value"
        return "word" if re.search(r"[^\W\d]", cell) or DATE.fullmatch(cell) or not re.search(r"\d", cell) else None
    forms = Counter(map(_form, column))
    if (cell in column and 2 * len(set(column)) <= len(column)) or (
        re.search(r"\d", cell) and 2 * forms[_form(cell)] > len(column)
    ):
        return "value"
    return "new" if FEW * len(set(column)) <= len(column) else None


def _form(cell: str) -> str:
    """Which kinds of characters follow each other: `C-0012` has the form `a-0`."""
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "0", cell)) if not NUMBER.fullmatch(cell) else "0"


def _number(cell: str) -> float:
    digits = re.sub(r"[' \u00a0]", "", cell.replace("\u2212", "-"))
    try:
        return float(
            digits.replace(",", ".") if digits.count(",") <= 1 and "." not in digits else digits.replace(",", "")
        )
    except ValueError:
        return float("nan")


def _steps(numbers: Sequence[float]) -> set[float]:
    return {round(after - before, 6) for before, after in pairwise(numbers)}


def _are_ordered(numbers: Sequence[float]) -> bool:
    """Whether they rise or fall throughout, as names do; such as are no whole numbers rise, in more than two steps."""
    steps = _steps(numbers)
    rise, fall = all(step > 0 for step in steps), all(step < 0 for step in steps)
    return rise or fall if all(number.is_integer() for number in numbers) else rise and len(numbers) > FEWEST


def _are_years(numbers: Sequence[float]) -> bool:
    return all(number in YEARS for number in numbers)


def _are_names(numbers: Sequence[tuple[float, list[float]]]) -> bool:
    """Whether ordered numbers are surely names: years over others, 0 to n over fractions, or far from all below."""
    names, columns = [name for name, _ in numbers], [column for _, column in numbers]
    in_row = _are_years(names) and len(_steps(names)) == 1 and not any(_are_years(column) for column in columns)
    if in_row and len(names) >= FEWEST:
        return True
    if any(min(column) <= name <= max(column) for name, column in numbers):
        counted = names[0] in {0, 1} and _steps(names) == {1} and len(names) > 3  # noqa: PLR2004  (0, 1, 2 may be a row)
        return counted and any(not number.is_integer() or number < 0 for column in columns for number in column)
    if in_row:
        return True
    far = all(min(abs(name - min(c)), abs(name - max(c))) > max(c) - min(c) for name, c in numbers)
    return far and len(names) > 1 and min(map(len, columns)) >= FEW
