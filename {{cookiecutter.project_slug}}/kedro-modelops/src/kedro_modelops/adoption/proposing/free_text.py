"""Texts that people have written, whose words say something, as against names of a few categories."""

from kedro_modelops.adoption.proposing.columns import Column

MANY, ROWS_A_VALUE = 500, 5
"""Different texts that a category may have at most, and rows that each has to have on average."""
WORDS, FEWEST_WORDS = 4, 2
"""Words of a free text on average at least, and of one that a person wants to keep."""


def is_wide(column: Column) -> bool:
    """Whether it is text of too many different values for a category."""
    return column.kind == "text" and column.distinct > max(20, min(MANY, len(column.known) / ROWS_A_VALUE))


def is_free_text(column: Column, *, kept: bool = False) -> bool:
    """Whether it is text of different sentences, or at least of some words where a person wants to keep it."""
    return is_wide(column) and not column.is_listed and column.words >= (FEWEST_WORDS if kept else WORDS)
