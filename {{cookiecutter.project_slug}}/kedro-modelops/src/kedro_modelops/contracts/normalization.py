"""The border: whatever a table comes from, behind it the same rows have the same form."""

import re
from collections.abc import Collection, Iterator
from typing import Any

import pandas as pd
import pandera.pandas as pa

from kedro_modelops.contracts.columns import convert, is_settled
from kedro_modelops.contracts.losses import LossError

MEANINGLESS = re.compile(r"__index_level_\d+__|Unnamed: 0(_level_\d+)?")
"""Names under which an index that nobody named is written to Parquet and to CSV."""


def normalize(table: pd.DataFrame, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """Brings a table into the form of its contract: types, the one null, order of the columns, index.

    Args:
        table: In any physical form.
        schema: The contract.

    Returns:
        The same rows in the same order. What would lose something is left as it is, for the contract to refuse.
    """
    levels = levels_of(schema)
    table = _flat(table, levels)
    if not table.columns.is_unique:
        return table
    declared = {**schema.columns, **levels}
    given = dict(zip(table.columns, table.dtypes, strict=True))
    unsettled = [name for name, kind in given.items() if name in declared and not is_settled(kind, declared[name])]
    converted = {name: _convert(table[name], declared[name]) for name in unsettled}
    changed = {name: values for name, values in converted.items() if values is not None}
    names = [name for name in declared if name in given] + [name for name in given if name not in declared]
    found = table.assign(**changed) if changed else table
    found = found[names] if names != list(given) else found
    return found.set_index(list(levels)) if levels and not set(levels) - set(names) else found


def find_losses(table: pd.DataFrame, schema: pa.DataFrameSchema) -> Iterator[tuple[str, LossError]]:
    """Columns that do not go into the type of their contract, with the first row at fault."""
    levels = levels_of(schema)
    table = _flat(table, levels)
    for name, column in {**schema.columns, **levels}.items():
        if name in table and table.columns.is_unique:
            try:
                convert(table[name], column)
            except LossError as loss:
                yield name, loss


def levels_of(schema: pa.DataFrameSchema) -> dict[str, Any]:
    """Levels of the index that a contract declares, by name."""
    index = schema.index
    return {} if index is None else {level.name: level for level in getattr(index, "indexes", [index]) if level.name}


def _flat(table: pd.DataFrame, levels: Collection[str]) -> pd.DataFrame:
    """Numbers the rows anew. An index that means something becomes columns: the contract judges them as such."""
    index = table.index
    if index.name is not None or type(index) is not pd.RangeIndex:
        table = table.reset_index(drop=True)
        found = [index.get_level_values(number).to_series(table.index) for number in range(index.nlevels)]
        kept = [level for level in found if level.name in levels or not _is_meaningless(level.name, level.dtype)]
        new = [level.rename("index") if level.name is None else level for level in kept if not _repeats(level, table)]
        table = pd.concat([*new, table], axis=1) if new else table
    names = [name for name in table if isinstance(name, str) and MEANINGLESS.fullmatch(name)]
    dropped = [name for name in names if table.columns.is_unique and _is_meaningless(name, table[name].dtype)]
    table = table.drop(columns=dropped) if dropped else table
    return table if table.index.equals(pd.RangeIndex(len(table))) else table.reset_index(drop=True)


def _repeats(level: pd.Series, table: pd.DataFrame) -> bool:
    """Whether a column says the same."""
    same = table.get(level.name)
    return isinstance(same, pd.Series) and level.astype(object).equals(same.astype(object))


def _is_meaningless(name: Any, dtype: Any) -> bool:
    return (name is None or bool(MEANINGLESS.fullmatch(str(name)))) and pd.api.types.is_integer_dtype(dtype)


def _convert(values: pd.Series, column: Any) -> pd.Series | None:
    """The column in the form of its contract; None where that would lose something, or where it has it already."""
    try:
        found = convert(values, column)
    except LossError:
        return None
    return None if found is values else found
