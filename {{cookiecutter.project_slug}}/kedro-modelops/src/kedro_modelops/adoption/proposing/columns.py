"""What a column holds: its kind, its range, its values."""

from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from typing import Any, Literal

import numpy as np
import pandas as pd

Kind = Literal["whole", "number", "flag", "text", "time", "other"]
FEW = 50
"""A column of text with so many different values at most is a list of allowed values."""
LONGEST = 90
"""Characters of each of them, which stand in a line of code."""
CHECKED = 50_000
"""Values of which it is looked whether they survive JSON and CSV."""
SIGN = r"(?:[%‰$€£¥]|EUR|USD|GBP|CHF)"
SIGNED_NUMBER = rf"(?=.*(?:{SIGN}|[.,])){SIGN}?\s?[-+]?(?:\d{{1,3}}(?:[.,' ]\d{{3}})+|\d+)(?:[.,]\d+)?\s?{SIGN}?"
MOST = 0.95
"""Share of values that have to be such numbers."""


@dataclass(frozen=True)
class Column:
    """A column of a table as it is written down: whole numbers, numbers, truth values, text or moments in UTC.

    Attributes:
        name: As callers write it.
        content: All rows.
        unit: Of its numbers, where they were written with one.
    """

    name: str
    content: pd.Series
    unit: str = ""

    @cached_property
    def kind(self) -> Kind:
        """What it holds."""
        dtype = self.content.dtype
        tests: dict[Kind, bool] = {
            "flag": pd.api.types.is_bool_dtype(dtype),
            "time": isinstance(dtype, pd.DatetimeTZDtype),
            "whole": pd.api.types.is_integer_dtype(dtype),
            "number": pd.api.types.is_float_dtype(dtype),
            "text": pd.api.types.is_object_dtype(dtype),
        }
        return next((kind for kind, holds in tests.items() if holds), "other")

    @cached_property
    def known(self) -> pd.Series:
        """The values that are not null."""
        return self.content.dropna()

    @cached_property
    def nulls(self) -> float:
        """Share of rows without a value."""
        return float(self.content.isna().mean())

    @cached_property
    def has_signed_numbers(self) -> bool:
        """Whether its text is numbers, most of them with signs that no number type takes, such as $1,200 or 12 %."""
        return self.kind == "text" and bool(self.known.str.fullmatch(SIGNED_NUMBER).mean() > MOST)

    @cached_property
    def distinct(self) -> int:
        """How many different values there are."""
        return int(self.content.nunique())

    @cached_property
    def unique(self) -> bool:
        """Whether each row has a value of its own."""
        return not self.nulls and self.distinct == len(self.content)

    @property
    def is_number(self) -> bool:
        """Whether it can be measured."""
        return self.kind in {"whole", "number"}

    @cached_property
    def is_whole(self) -> bool:
        """Whether all its numbers are whole, in whatever type."""
        return self.kind == "whole" or (self.kind == "number" and bool((self.known % 1 == 0).all()))

    @cached_property
    def is_listed(self) -> bool:
        """Whether its contract lists its values."""
        if self.kind == "text":
            return self.distinct <= FEW and bool((self.known.str.len() <= LONGEST).all())
        return self.is_number and self.is_whole and set(self.known.unique()) <= {0, 1}

    @cached_property
    def listed(self) -> list[Any]:
        """Its different values in their order, as Python writes them: 1 and not 1.0 where all are whole."""
        found = [value.item() if isinstance(value, np.generic) else value for value in sorted(self.known.unique())]
        return [int(value) for value in found] if self.kind == "number" and self.is_whole else found

    @cached_property
    def survives_text(self) -> bool:
        """Whether JSON, of 15 decimals, and CSV, as pandas reads it, bring back the same numbers as 64 bits."""
        found = pd.Series(self.known.unique()[:CHECKED]).to_frame("x")
        in_json: str = found.to_json(orient="split", double_precision=15)
        back = (
            pd.read_json(StringIO(in_json), orient="split", precise_float=True),
            pd.read_csv(StringIO(found.to_csv(index=False))),
        )
        return all(bool((read["x"].to_numpy() == found["x"].to_numpy()).all()) for read in back)


def settle(table: pd.DataFrame, zone: str) -> tuple[pd.DataFrame, dict[str, str]]:
    """Gives each column the type in which the project keeps it.

    Args:
        table: As it was read.
        zone: Whose clock is meant where a time comes without a zone.

    Returns:
        The table, and columns that hold nothing a table of the project can hold, with the reason.
    """
    settled = {str(name): _settle(table[name], zone) for name in table}
    unfit = {name: "holds lists or bytes" for name, column in settled.items() if Column(name, column).kind == "other"}
    return pd.DataFrame({name: column for name, column in settled.items() if name not in unfit}), unfit


def _settle(column: pd.Series, zone: str) -> pd.Series:
    dtype, null = column.dtype, column.isna().any()
    if pd.api.types.is_bool_dtype(dtype):
        return column.astype(float if null else bool)
    if pd.api.types.is_integer_dtype(dtype):
        return column.astype(float if null else "int64")
    if pd.api.types.is_float_dtype(dtype):
        return column.astype("float64").replace([np.inf, -np.inf], np.nan)
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return _moments(column, zone)
    return column.where(column.notna(), np.nan) if pd.api.types.is_object_dtype(dtype) else column.astype(object)


def _moments(column: pd.Series, zone: str) -> pd.Series:
    """Moments in UTC; a clock time that is there twice is the first, and one that is never is the next that is."""
    if column.dt.tz is None:
        first = np.ones(len(column), dtype=bool)
        column = column.dt.tz_localize(zone, ambiguous=first, nonexistent="shift_forward")
    return pd.Series(column.dt.tz_convert("UTC").dt.as_unit("us"))
