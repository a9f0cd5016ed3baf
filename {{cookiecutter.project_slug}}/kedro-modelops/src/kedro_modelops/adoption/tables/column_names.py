"""Names of tables and of columns, as a project can keep them."""

import re
import unicodedata

import pandas as pd

from kedro_modelops.contracts.normalization import MEANINGLESS

ROW_NAME = "row_name"
LONGEST = 60
"""Characters of a name, of which some lines of code hold two: whole questions are cut short."""
TAKEN = "self"
"""What no column can be called: methods that take columns by name, as `DataFrame.assign`, have one of their own."""


def without_accents(name: str) -> str:
    """A name without the marks of its letters, and without letters that are none of ASCII's."""
    return unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode()


def plain_name(name: str) -> str:
    """A name of Python in small letters, at most 30 characters."""
    words = re.sub(r"[^a-z0-9]+", "_", without_accents(name).lower()).strip("_")[:30].strip("_")
    return words if words[:1].isalpha() else f"table_{words}".strip("_")


def with_plain_names(table: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
    """Gives each column a name of its own, as a text of one short line, and another than `self`.

    Args:
        table: As it was read; columns may share a name.

    Returns:
        The table, and the columns that repeat one of their name in all rows, with the reason for which they are gone.
    """
    names = [
        " ".join(str(name).split())[:LONGEST].rstrip() or f"column {number}"
        for number, name in enumerate(table.columns, 1)
    ]
    names = [f"{name}_" if name == TAKEN else name for name in names]
    kept: dict[str, int] = {}
    repeated: dict[str, str] = {}
    for position, name in enumerate(names):
        if name in kept and table.iloc[:, kept[name]].equals(table.iloc[:, position]):
            repeated[f"{name} (again)"] = f"repeats {name}"
            continue
        number = next(number for number in range(1, len(names) + 1) if _numbered(name, number) not in kept)
        kept[_numbered(name, number)] = position
    found = table.iloc[:, list(kept.values())]
    return found.set_axis(pd.Index(list(kept)), axis=1), repeated


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name} {number}"


def with_index(table: pd.DataFrame) -> pd.DataFrame:
    """The rows numbered anew; an index that means something becomes columns."""
    numbers = table.index.nlevels == 1 and table.index.name is None and pd.api.types.is_integer_dtype(table.index.dtype)
    return table.reset_index(drop=numbers)


def with_row_names(table: pd.DataFrame) -> pd.DataFrame:
    """An index that nobody named called `row_name`, where it holds names of rows, as R's tables do, and no numbers."""
    unnamed = [name for name in table if MEANINGLESS.fullmatch(str(name)) and _has_words(table[name])]
    return table.rename(columns={unnamed[0]: ROW_NAME}) if unnamed and ROW_NAME not in table else table


def _has_words(column: pd.Series) -> bool:
    return bool(column.dropna().astype(str).str.contains(r"[^\W\d]").any())
