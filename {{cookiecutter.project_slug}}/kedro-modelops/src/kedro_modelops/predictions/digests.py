"""Digests of rows, by which rows that were computed here and there can be told apart."""

from collections.abc import Iterable
from functools import cache
from hashlib import blake2b
from typing import Any

import numpy as np
import pandas as pd

from kedro_modelops.contracts.row_keys import mix_bits

FORMER = 32
"""Characters of a digest that an earlier version of the plugin stored: of the row's JSON."""
WIDEST = {"b": np.uint64, "i": np.int64, "u": np.uint64, "f": np.float64}
"""In which type a number of numpy is hashed, by its kind: in 32 and in 64 bits the same one has the same digest."""
FEW = 100
"""Rows up to which equal texts are not looked for before they are hashed."""
NULL = np.uint64(0x9E3779B97F4A7C15)
"""Of all nulls but those of floats; zero would be that of the number 0."""


def hash_rows(table: pd.DataFrame) -> list[str]:
    """A digest of each row, in 16 hexadecimal digits: of the names of its columns and its values.

    Columns are hashed as arrays: JSON of each row would take a month ten times as long.
    """
    if table.empty:
        return [""] * len(table)
    columns = [c.to_numpy() if isinstance(c.dtype, np.dtype) else c.array for _, c in table.items()]
    names = np.array([_hash_name(str(name)) for name in table.columns], np.uint64)
    cells = _hash_cells(columns)
    cells += names[:, None]
    digits = mix_bits(mix_bits(cells).sum(axis=0)).astype(">u8").tobytes().hex()
    return [digits[start : start + 16] for start in range(0, len(digits), 16)]


def hash_table(table: pd.DataFrame) -> str:
    """A digest of a table and its index, in 16 hexadecimal digits.

    The index is hashed as columns: of an index of several levels pandas would write each time out as text first.
    """
    flat = table.reset_index(allow_duplicates=True)
    rows = pd.util.hash_pandas_object(flat, index=False)
    return blake2b(rows.to_numpy().tobytes(), digest_size=8).hexdigest()


def find_changed(table: pd.DataFrame, digests: Iterable[Any]) -> np.ndarray:
    """Which rows are no longer what they were when these digests were stored, by this version or an earlier one."""
    stored = np.array([*map(str, digests)], dtype=object)
    changed = np.asarray(np.array(hash_rows(table), dtype=object) != stored, dtype=bool)
    former = np.array([len(digest) == FORMER for digest in stored], dtype=bool)
    if former.any():
        changed[former] = np.array(_hash_lines(table[former]), dtype=object) != stored[former]
    return changed


def lines_of(table: pd.DataFrame) -> list[str]:
    """The JSON of each row, as the prediction store keeps it."""
    text = table.to_json(orient="records", lines=True, date_format="iso", date_unit="us", double_precision=15)
    return text.splitlines()


def _hash_lines(table: pd.DataFrame) -> list[str]:
    return [blake2b(line.encode(), digest_size=FORMER // 2).hexdigest() for line in lines_of(table)]


def _hash_cells(columns: list[Any]) -> np.ndarray:
    """A number for each value, column by column; all nulls have the same one, and so have both zeros."""
    cells = np.empty((len(columns), len(columns[0])), np.uint64)
    kinds = [column.dtype.kind if isinstance(column.dtype, np.dtype) else "" for column in columns]
    for kind in set(kinds):
        places = [place for place, other in enumerate(kinds) if other == kind]
        if kind in WIDEST:
            numbers: Any = np.array([columns[place] for place in places], WIDEST[kind])
            if kind == "f":
                numbers += 0.0
                numbers[np.isnan(numbers)] = np.nan
            cells[places] = mix_bits(numbers.view(np.uint64))
        else:
            cells[places] = [_hash_other(columns[place]) for place in places]
    return cells


def _hash_other(values: Any) -> np.ndarray:
    hashed = pd.util.hash_array(values, categorize=len(values) > FEW)
    return np.where(pd.isna(values), NULL, hashed)


@cache
def _hash_name(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big")
