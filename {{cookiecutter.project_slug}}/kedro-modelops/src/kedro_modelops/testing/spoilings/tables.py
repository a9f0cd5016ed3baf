"""Ways to spoil a table, derived from its contract, each of which the contract has to refuse."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pandas as pd
import pandera.pandas as pa

NOTHING = "nothing of the kind\n"
OUTSIDE: dict[str, Callable[[Any], Any]] = {
    "greater_than": lambda limit: limit["min_value"] - 1,
    "greater_than_or_equal_to": lambda limit: limit["min_value"] - 1,
    "less_than": lambda limit: limit["max_value"] + 1,
    "less_than_or_equal_to": lambda limit: limit["max_value"] + 1,
    "in_range": lambda limit: limit["max_value"] + 1,
    "isin": lambda limit: NOTHING if isinstance(limit["allowed_values"][0], str) else max(limit["allowed_values"]) + 1,
    "str_matches": lambda _: NOTHING,
    "str_length": lambda limit: "x" * (limit["max_value"] + 1) if limit["max_value"] else "",
}
"""A value that breaks a rule of a column, by the rule's name in pandera."""


class SpoiledTable(NamedTuple):
    """A table that breaks its contract, and what its refusal says."""

    table: pd.DataFrame
    words: tuple[str, ...]


def _with(table: pd.DataFrame, column: str, value: Any) -> pd.DataFrame:
    first = table[column].astype(object).where(table.index != table.index[0], value)
    return table.assign(**{column: first if value is None else first.infer_objects()})


def column_missing(table: pd.DataFrame, schema: pa.DataFrameSchema) -> Iterator[SpoiledTable]:
    """One at a time."""
    for name, column in schema.columns.items():
        if column.required:
            yield SpoiledTable(table.drop(columns=name), (f"column '{name}' is missing",))


def column_unknown(table: pd.DataFrame, _: pa.DataFrameSchema) -> Iterator[SpoiledTable]:
    """Something that nobody has declared."""
    yield SpoiledTable(table.assign(undeclared=1), ("column 'undeclared' is not in the contract",))


def value_not_allowed(table: pd.DataFrame, schema: pa.DataFrameSchema) -> Iterator[SpoiledTable]:
    """Each limit, each list of allowed values, and each pattern."""
    for name, column in schema.columns.items():
        for check in column.checks:
            if check.name in OUTSIDE:
                spoiled = _with(table, name, OUTSIDE[check.name](check.statistics))
                yield SpoiledTable(spoiled, (f"column '{name}': rule '{check.name}", "is broken by"))


def value_null(table: pd.DataFrame, schema: pa.DataFrameSchema) -> Iterator[SpoiledTable]:
    """Where none may be."""
    for name, column in schema.columns.items():
        if not column.nullable:
            yield SpoiledTable(_with(table, name, None), (f"column '{name}'",))


def row_repeated(table: pd.DataFrame, schema: pa.DataFrameSchema) -> Iterator[SpoiledTable]:
    """Where a row stands once."""
    if schema.unique or any(column.unique for column in schema.columns.values()):
        yield SpoiledTable(pd.concat([table, table.head(1)], ignore_index=True), ("uniq",))


def no_rows(table: pd.DataFrame, _: pa.DataFrameSchema) -> Iterator[SpoiledTable]:
    """A delivery that failed."""
    yield SpoiledTable(table.head(0), ("there_are_rows",))


TABLE_SPOILINGS = (column_missing, column_unknown, value_not_allowed, value_null, row_repeated, no_rows)
