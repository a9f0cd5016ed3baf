"""Keys of rows: a key from content for tables that have none, and whether keys follow from the rows alone."""

import numbers
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from kedro_modelops.errors import RefusedError

CHECKED = 500
"""Rows of a table on which `identify` is tried."""
LONGEST = 200
"""Characters of a key, in the prediction store."""
SHIFT, FACTORS = np.uint64(33), (np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53))
REMEDY = (
    'let it use the values of the row alone, such as an id of yours or `key_from_content(rows, ["column", …])` from '
    "row_keys.py"
)

Identify = Callable[[pd.DataFrame], pd.Series]


def key_from_content(table: pd.DataFrame, columns: Iterable[str]) -> pd.Series:
    """Makes a key for each row of what stands in it, where nothing else identifies a row.

    Equal values give equal keys, in whatever form they come: whole numbers as int64, float64 or Int64, text as objects,
    categories or Arrow strings, a moment in any unit and zone, a null as None, NaN or NA.

    Args:
        table: Rows.
        columns: What tells rows apart, known before the event and never corrected later. Rows that are equal in these
            are the same row: their outcomes cannot be told apart.

    Returns:
        32 hexadecimal digits for each row, with the index of `table`.

    Raises:
        KeyError: If a column is missing.
    """
    texts = _texts(table[list(columns)])
    halves = [
        pd.util.hash_pandas_object(half, index=False) for half in (texts, texts.iloc[:, ::-1].add_prefix("reversed"))
    ]
    first, second = ([f"{number:016x}" for number in half] for half in halves)
    return pd.Series([*map("".join, zip(first, second, strict=True))], index=table.index, dtype=object)


def hash_content(table: pd.DataFrame) -> pd.Series:
    """A number for each row, equal where all values are equal in whatever form, with the index of `table`."""
    total = np.zeros(len(table), np.uint64)
    for name in table:
        codes, values = pd.factorize(table[name])
        texts = np.array([str(name), *map(_canonical, values), ""], dtype=object)  # a null has the code -1
        named, *hashed = pd.util.hash_array(texts, categorize=False)
        total += mix_bits(np.array(hashed, np.uint64) + named)[codes]
    return pd.Series(mix_bits(total), table.index)


def mix_bits(numbers: np.ndarray) -> np.ndarray:
    """Spreads each bit of a number over all 64, by the finalizer of MurmurHash3 (Appleby, 2011)."""
    spread: np.ndarray = numbers ^ (numbers >> SHIFT)
    for factor in FACTORS:
        spread *= factor
        spread ^= spread >> SHIFT
    return spread


def _texts(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({str(name): _text_of(table[name]) for name in table}, index=table.index)


def _text_of(column: pd.Series) -> Any:
    codes, values = pd.factorize(column)
    return pd.Series([*map(_canonical, values), ""], dtype=object).to_numpy()[codes]  # a null has the code -1


def _canonical(value: Any) -> str:
    """Text that is equal for equal values: True == 1 == 1.0, and moments are the same in all zones."""
    if isinstance(value, date):  # a Timestamp and a datetime too
        moment = pd.Timestamp(value)
        return (moment.tz_convert("UTC") if moment.tz else moment).isoformat(timespec="nanoseconds")
    if isinstance(value, numbers.Number) or hasattr(value, "dtype"):
        whole = value == value // 1  # false for infinity
        return str(int(value)) if whole else repr(float(value))
    return repr(value)


def check_keys(identify: Identify, rows: pd.DataFrame) -> pd.Series:
    """Makes the keys of rows, and refuses an `identify` whose keys do not follow from each row alone.

    A row gets the same key among other rows, in another order, under another index, and twice if it comes twice; else
    each online request would be the row 0, and what happened to one row would be told of another.

    Args:
        identify: From features.py.
        rows: What it is tried on; a single row is enough to find one that numbers rows.

    Returns:
        The keys, in the order of the rows.

    Raises:
        RefusedError: If a key is null, no text, too long, or follows from something other than its row.
    """
    keys = _made(identify, rows)
    _refuse(keys, "are null", keys.isna())
    drawn = np.random.default_rng(0).permutation(len(rows))[:CHECKED]
    order = np.concatenate([drawn, drawn[::-1]])
    usual, found = keys.iloc[order].to_numpy(), _made(identify, rows.iloc[order].reset_index(drop=True)).to_numpy()
    if (other := usual != found).any():
        was, now = usual[other][0], found[other][0]
        msg = (
            f"`identify` in features.py does not follow from the row alone: among other rows, in another order, {was} "
            f"becomes {now}. Does it number the rows, or use their index? Online, each request would begin at 0 again, "
            f"and outcomes of other rows would be joined to its predictions. To mend it, {REMEDY}"
        )
        raise RefusedError(msg)
    if pd.api.types.infer_dtype(keys, skipna=False) != "string":
        no_text = keys.map(lambda key: not isinstance(key, str))
        _refuse(keys, f"are no text (write `.astype(str)`, or {REMEDY})", no_text)
    lengths = np.fromiter(map(len, keys), int, len(keys))
    _refuse(keys, f"are empty, or have more than {LONGEST} characters", (lengths < 1) | (lengths > LONGEST))
    return keys


def _made(identify: Identify, rows: pd.DataFrame) -> pd.Series:
    keys = pd.Series(identify(rows))
    if len(keys) != len(rows) or not keys.index.equals(rows.index):
        msg = "`identify` in features.py has to return a key for each row, in the order and with the index of the rows"
        raise RefusedError(msg)
    return keys.astype(object)


def _refuse(keys: pd.Series, what: str, where: pd.Series | np.ndarray) -> None:
    if where.any():
        first = keys[where].iloc[0]
        msg = f"`identify` in features.py: {where.sum():,} of {len(keys):,} keys {what}; the first is {first}"
        raise RefusedError(msg)
