"""Numbers and truth values, converted where that loses nothing but decimals beyond the precision of the contract."""

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from kedro_modelops.contracts.losses import LossError, NullLossError

EXACT_UP_TO = 2**53
"""Whole numbers up to here are exact in 64 bits of a float."""
FRACTION = "is no whole number: round it where the table is made, or declare the column as a float"
INEXACT = "has more digits than a float keeps: round it where the table is made, or declare the column as text"
NO_NUMBER = "is no number: correct it, or declare the column as text"
WRITTEN = "is a number written as text: write the column as numbers"


def to_number(values: pd.Series, target: Any) -> pd.Series:
    """Converts to whole numbers or floats.

    Args:
        values: Numbers of another type, decimals and nulls; a truth value is no number.
        target: A type of numpy, or one of pandas or Arrow, which hold nulls too.

    Raises:
        LossError: If a value has no equal among the numbers of this type. Decimals beyond the precision of a float are
            rounded, as the contract wishes.
    """
    kind = np.dtype(getattr(target, "numpy_dtype", target))
    missing = values.isna().to_numpy()
    if kind.kind != "f" and isinstance(target, np.dtype) and missing.any():
        nullable = kind.name.replace("uint", "UInt").replace("int", "Int")
        raise NullLossError(int(missing.argmax()), kind, f"pd.{nullable}Dtype")
    known, rows = values.to_numpy()[~missing], np.flatnonzero(~missing)
    if known.dtype.kind not in "iuf":
        known = _plain(known, rows, whole=kind.kind != "f")
    return fill(values, (_floats if kind.kind == "f" else _integers)(known, rows, kind), target)


def to_bool(values: pd.Series, target: Any) -> pd.Series:
    """Converts to truth values; LossError if one is neither true nor false, nor 1 nor 0, as databases write them."""
    missing = values.isna().to_numpy()
    if isinstance(target, np.dtype) and missing.any():
        raise NullLossError(int(missing.argmax()), target, "pd.BooleanDtype")
    known = values.to_numpy()[~missing]
    for row, value in zip(np.flatnonzero(~missing), known, strict=True):
        if isinstance(value, str) or value not in (0, 1):
            raise LossError(int(row), value, "is neither true nor false, nor 1 nor 0: correct it")
    return fill(values, known.astype(bool), target)


def fill(values: pd.Series, known: Any, target: Any) -> pd.Series:
    """A column of a type with `known` where `values` is not null."""
    missing = values.isna().to_numpy()
    if not missing.any():
        return pd.Series(known, values.index, name=values.name).astype(target)
    filled = pd.Series(np.nan if isinstance(target, np.dtype) else None, values.index, target, values.name)
    filled[~missing] = pd.Series(known, values.index[~missing]).astype(target)
    return filled


def _plain(known: np.ndarray, rows: np.ndarray, *, whole: bool) -> np.ndarray:
    """Numbers of Python, be they whole or floats; of texts, one that is no number at all is named first."""
    texts = [(row, value) for row, value in zip(rows, known, strict=True) if isinstance(value, str)]
    if texts:
        row, value = next(((row, text) for row, text in texts if not _is_number(text)), texts[0])
        raise LossError(row, value, WRITTEN if _is_number(value) else NO_NUMBER)
    numbers = [_number(row, value, whole=whole) for row, value in zip(rows, known, strict=True)]
    return np.array(numbers, dtype=object if whole else float)


def _is_number(text: str) -> bool:
    try:
        return bool(float(text.strip()) or True)
    except ValueError:
        return False


def _number(row: int, value: Any, *, whole: bool) -> int | float:
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number | Decimal):
        raise LossError(row, value, NO_NUMBER)
    if whole:
        if not np.isfinite(float(value)) or value != int(value):
            raise LossError(row, value, FRACTION)
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value)
    try:
        number = float(value)
    except OverflowError:
        number = float("inf")
    if (Decimal(repr(number)) if isinstance(value, Decimal) else number) != value:
        raise LossError(row, value, INEXACT)
    return number


def _integers(known: np.ndarray, rows: np.ndarray, kind: np.dtype) -> np.ndarray:
    if known.dtype.kind == "f":
        _refuse(known, rows, ~np.isfinite(known) | (known != np.floor(known)), FRACTION)
    low, high = np.iinfo(kind).min, np.iinfo(kind).max
    outside = (known < low) | (known >= float(high) + 1 if known.dtype.kind == "f" else known > high)
    _refuse(known, rows, outside, f"does not fit {kind} ({low} to {high}): correct it, or declare a wider type")
    return known.astype(kind)


def _floats(known: np.ndarray, rows: np.ndarray, kind: np.dtype) -> np.ndarray:
    exact = known.astype(float)
    if known.dtype.kind in "iu":
        large = [bool(abs(int(value)) > EXACT_UP_TO and int(float(value)) != int(value)) for value in known]
        _refuse(known, rows, np.array(large, dtype=bool), INEXACT)
    with np.errstate(over="ignore"):
        found = exact.astype(kind)
    _refuse(known, rows, np.isinf(found) & np.isfinite(exact), f"does not fit {kind}: declare a wider type")
    return found


def _refuse(known: np.ndarray, rows: np.ndarray, wrong: Any, why: str) -> None:
    wrong = np.asarray(wrong, dtype=bool)
    if wrong.any():
        raise LossError(int(rows[wrong.argmax()]), known[wrong.argmax()], why)
