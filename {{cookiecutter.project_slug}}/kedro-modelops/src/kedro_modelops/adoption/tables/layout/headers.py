"""What is said of a table's header, and the names of columns that have none."""

from collections.abc import Sequence
from typing import NamedTuple

from kedro_modelops.adoption.tables.layout.first_lines import FirstLine, judge
from kedro_modelops.errors import RefusedError

Notes = tuple[tuple[str, str], ...]
"""What is to be known of how a table was read: titles, and sentences."""


class Header(NamedTuple):
    """What a person says of a file's header.

    Attributes:
        there: Whether there is one; None where that is found out.
        names: Of the columns, in place of those of the file.
    """

    there: bool | None = None
    names: tuple[str, ...] = ()

    def is_first(self, rows: Sequence[Sequence[str]], place: str) -> bool:
        """Whether the first of some rows is the header.

        Args:
            rows: From the line that may be one.
            place: Where they stand.

        Raises:
            RefusedError: If that can be told neither way, and nobody says.
        """
        if self.there is not None:
            return self.there
        found = judge(rows)
        if found is FirstLine.UNCLEAR:
            msg = (
                f"{place}: its first line ({shown(rows[0])}) may be a header or a row. Say --header or --no-header; "
                "--names a,b,c gives other names"
            )
            raise RefusedError(msg)
        return found is not FirstLine.ROW

    def of_columns(self, count: int, place: str) -> tuple[str, ...]:
        """The names that were given.

        Args:
            count: Of the columns.
            place: Where these stand.

        Raises:
            RefusedError: If there are more names or fewer.
        """
        if len(self.names) != count:
            msg = f"--names gives {len(self.names)} names, and {place} has {count} columns"
            raise RefusedError(msg)
        return self.names

    def note(self, first: Sequence[str]) -> tuple[str, str]:
        """What is to be known of a table without a header: a title, and a sentence."""
        called = (
            "as --names says" if self.names else f"column_1 to column_{len(first)} (--names a,b,c gives other names)"
        )
        return "no header", f"the first line is a row ({shown(first)}): columns are called {called}; --header undoes it"


DETECTED = Header()
"""Of a file of which nobody says anything."""


def shown(cells: Sequence[str]) -> str:
    """The first cells of a line."""
    return ", ".join(cell.strip()[:30] for cell in cells[:4]) + (", …" if len(cells) > 4 else "")  # noqa: PLR2004


def numbered_names(count: int) -> list[str]:
    """Names of columns that have none."""
    return [f"column_{number}" for number in range(1, count + 1)]
