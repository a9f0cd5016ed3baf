"""Text files of rows: how they are encoded, and where names and rows begin."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from kedro_modelops.adoption.tables.layout.blanks import BLANKS, are_divided_by_blanks
from kedro_modelops.adoption.tables.layout.delimiters import count_titles, find_delimiter, rows_of
from kedro_modelops.adoption.tables.layout.first_lines import FirstLine, judge
from kedro_modelops.adoption.tables.layout.headers import Header, Notes, numbered_names

HEAD = 200_000
"""Bytes in which the form of a file is looked for."""
LINES = 60
COMMENT = re.compile(r"\s*[#%]+\s*")
UNNAMED = "Unnamed: 0"
"""What pandas calls an index without a name, such as the names of rows that R writes."""


class Form(NamedTuple):
    """How a file is written.

    Attributes:
        encoding: Of its text.
        delimiter: Between cells, as pandas takes it.
        skipped: Lines that stand above the header; of a file without one, above the rows.
        names: Of the columns, where no line of the file has just these; None where the header does.
        notes: What is to be known of it: titles, and sentences.
    """

    encoding: str
    delimiter: str
    skipped: int = 0
    names: tuple[str, ...] | None = None
    notes: Notes = ()


def find_form(file: Path, header: Header) -> Form:
    """Finds how a file is written.

    The delimiter is the one that gives most lines the same number of cells, over one; or blanks, where it divides none.

    Args:
        file: A text file.
        header: What is said of its header.

    Raises:
        RefusedError: If its first line may be a header or a row, or blanks divide its lines into different numbers.
    """
    with file.open("rb") as opened:
        head = opened.read(HEAD)
    encoding = _encoding(file, head)
    lines = head.decode(encoding, errors="ignore").splitlines()
    lines = lines[: None if len(head) < HEAD else -1]
    comments = next((at for at, line in enumerate(lines) if not COMMENT.match(line)), 0)
    few = lines[comments:][:LINES]
    delimiter = find_delimiter(few)
    if are_divided_by_blanks(file, few, delimiter, comments):
        delimiter = BLANKS
    skipped = comments + count_titles(few, delimiter)
    rows = [row for row in rows_of(lines[skipped:], delimiter) if any(row)]
    form = Form(encoding, delimiter, skipped)
    if len(rows) < 2 or len(rows[1]) < 2:  # noqa: PLR2004
        return form
    names = _commented_names(lines[comments - 1], rows, delimiter) if comments == skipped > 0 else []
    if names and header.there is not False:
        return form._replace(names=tuple(names))
    if _names_rows(rows) and header.there is not False:
        below = next(at for at, line in enumerate(lines) if at >= skipped and line.strip()) + 1
        return form._replace(skipped=below, names=(UNNAMED, *rows[0]))
    if header.is_first(rows, file.name):
        return form
    return form._replace(names=tuple(numbered_names(len(rows[0]))), notes=(header.note(rows[0]),))


def _commented_names(comment: str, rows: Sequence[Sequence[str]], delimiter: str) -> list[str]:
    """The header that stands in the last comment, as NumPy writes it: as many cells as a row has, and none below it."""
    names = rows_of([COMMENT.sub("", comment)], delimiter)[0]
    is_header = len(names) == len(rows[0]) and judge(rows) is not FirstLine.HEADER
    return [names[0] or "#", *names[1:]] if is_header and judge([names, *rows]) is not FirstLine.ROW else []


def _names_rows(rows: Sequence[Sequence[str]]) -> bool:
    """Whether rows have one cell more than the header: in front, a name of each, as R writes it."""
    below = rows[1:]
    if any(len(row) != len(rows[0]) + 1 for row in below) or not any(row[-1].strip() for row in below):
        return False
    names = [row[0].strip() for row in below]
    count = [str(number) for number in range(1, len(names) + 1)]
    are_names = names == count or (len({*names}) == len(names) and all(re.search(r"[^\W\d]", name) for name in names))
    return are_names and judge([["", *rows[0]], *below]) is not FirstLine.ROW


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
