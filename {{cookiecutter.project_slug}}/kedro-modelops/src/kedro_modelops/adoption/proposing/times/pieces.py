"""How columns become the parts of a time: the numbers of each, and the Python that makes them."""

import calendar
from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from kedro_modelops.adoption.proposing.times.numbers import LIKELY
from kedro_modelops.adoption.tables.periods import CENTURY

CLOCKS = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p", "%H.%M.%S", "%H")
"""How the time of a day is written."""
RANGES = {
    "year": LIKELY,
    "month": (1, 12),
    "quarter": (1, 4),
    "day": (1, 31),
    "hour": (0, 24),
    "minute": (0, 59),
    "second": (0, 59),
    "week": (1, 53),
    "day_of_year": (1, 366),
}
HALF_DAY = 12
AMBIGUOUS = {"day": 7, "hour": HALF_DAY, "week": 49, "day_of_year": 31}
"""Days that end here may be those of a week or a month, hours those of a half day, and weeks those of a season."""
MONTHS = {name.lower() for name in [*calendar.month_abbr, *calendar.month_name, "sept"] if name}


class Piece(NamedTuple):
    """Numbers of a part of each row, or the times that parts make, and the Python that makes them of `rows`."""

    code: str
    content: pd.Series


def join(table: pd.DataFrame, parts: Mapping[str, str]) -> Piece | None:
    """The times that columns make, by the part that each holds, the longest first; None where they make none."""
    (unit, first), (other, second), *_ = parts.items()
    if unit == "date":
        return _of_date(table, first, second)
    if other in {"week", "day_of_year"}:
        return _of_days(table, first, other, second)
    return _of_numbers(table, parts)


def _of_date(table: pd.DataFrame, date: str, clock: str) -> Piece | None:
    """The times of a column of days and one of the time of day, or of its hour; None where they make none."""
    days = table[date]
    if not pd.api.types.is_datetime64_dtype(days.dtype) or days.isna().any() or (days != days.dt.normalize()).any():
        return None
    texts = days.dt.strftime("%Y-%m-%d ") + table[clock].astype(str)
    for form in CLOCKS:
        moments = pd.to_datetime(texts, format=f"%Y-%m-%d {form}", errors="coerce")
        if moments.notna().all():
            local = f'rows[{date!r}].dt.tz_convert(TIME_ZONE).dt.strftime("%Y-%m-%d ")'
            code = f'pd.to_datetime({local} + rows[{clock!r}].astype(str), format="%Y-%m-%d {form}")'
            return Piece(code, moments) if moments.dt.hour.max() > HALF_DAY else None
    return None


def _of_days(table: pd.DataFrame, year: str, part: str, name: str) -> Piece | None:
    """The times of a column of years and one of weeks or of days of the year; None where they make none."""
    years, numbers = _piece("year", table[year]), _piece(part, table[name])
    if years is None or numbers is None or not pd.api.types.is_integer_dtype(numbers.content.dtype):
        return None
    code, days = numbers
    if part == "week":
        code, days = f"(7 * {code} - 6)", 7 * days - 6
    times = pd.to_datetime(years.content.astype(str) + " " + days.astype(str), format="%Y %j", errors="coerce")
    made = f'pd.to_datetime(({years.code}).astype(str) + " " + {code}.astype(str), format="%Y %j")'
    return Piece(made, times) if times.notna().all() else None


def _of_numbers(table: pd.DataFrame, parts: Mapping[str, str]) -> Piece | None:
    """The times of columns of years, months or quarters, days and hours, by part; None where they make none."""
    found = {_unit(part): _piece(part, table[name]) for part, name in parts.items()}
    pieces = {unit: piece for unit, piece in found.items() if piece}
    if len(pieces) < len(parts):
        return None
    codes = {unit: piece.code for unit, piece in pieces.items()}
    numbers = pd.DataFrame({unit: piece.content for unit, piece in pieces.items()})
    if "day" not in pieces:
        codes, numbers = codes | {"day": "1"}, numbers.assign(day=1)
    columns = ", ".join(f"{unit!r}: {code}" for unit, code in codes.items())
    plain = all(code == _column(unit) for unit, code in codes.items())
    code = f"rows[{list(codes)}]" if plain else f"pd.DataFrame({{{columns}}})"
    times = pd.to_datetime(numbers, errors="coerce")
    return Piece(f"pd.to_datetime({code})", times) if times.notna().all() else None


def _unit(part: str) -> str:
    return "month" if part == "quarter" else part


def _column(name: str) -> str:
    return f"rows[{name!r}]"


def _piece(part: str, column: pd.Series) -> Piece | None:
    """Numbers of a part; None where some are missing, or are none of this part."""
    if pd.api.types.infer_dtype(column, skipna=False) == "string":
        if part == "month" and column.str.lower().isin(MONTHS).all():
            numbers = pd.to_datetime(column.str[:3], format="%b").dt.month
            return Piece(f'pd.to_datetime({_column(str(column.name))}.str[:3], format="%b").dt.month', numbers)
        if part == "quarter" and column.str.fullmatch("[Qq][1-4]").all():
            code = f"3 * {_column(str(column.name))}.str[1:].astype(int) - 2"
            return Piece(code, 3 * column.str[1:].astype(int) - 2)
    return _of_number(part, pd.to_numeric(column, errors="coerce"))


def _of_number(part: str, numbers: pd.Series) -> Piece | None:
    code = _column(str(numbers.name))
    if pd.api.types.is_bool_dtype(numbers.dtype) or (numbers % 1 != 0).any():
        return None
    if part == "year" and numbers.between(CENTURY, 99).all():
        return Piece(f"1900 + {code}", 1900 + numbers)
    if not numbers.between(*RANGES[part]).all() or numbers.max() <= AMBIGUOUS.get(part, 0):
        return None
    return Piece(f"3 * {code} - 2", 3 * numbers - 2) if part == "quarter" else Piece(code, numbers)
