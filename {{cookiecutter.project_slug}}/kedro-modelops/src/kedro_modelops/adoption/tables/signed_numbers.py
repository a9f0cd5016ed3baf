"""Numbers that are written with a unit, or with marks between thousands: `$1,200`, `12 %`, `1.234,50 €`, `3.87 mm`."""

import re

import pandas as pd

from kedro_modelops.adoption.tables.text_columns import NUMBER, without_null_words

CURRENCY = r"[$€£¥₹]|(?:US|A|C)\$|EUR|USD|GBP|CHF|JPY|SEK|NOK|DKK|PLN|CZK|INR|CNY|kr\.?|zł|Euro"
SHORT = "mm|cm|km|mg|kg|ml|kWh|kW|MB|GB|px|ms"
"""Units that may stand right after a number; other letters need a space, for 12A is a code."""
AFTER = rf"{CURRENCY}|[%‰°][A-Z]?|{SHORT}|\s(?:[A-Za-zµΩ°%][A-Za-zµΩ°%/²³]{{0,11}}\.?)"
BETWEEN = "'\u2019 \u00a0\u202f"
"""Marks between thousands that are never a decimal mark."""
FORM = re.compile(
    rf"(?P<minus>[-+\u2212]?)\s?(?P<before>{CURRENCY})?\s?"
    rf"(?P<number>[-+\u2212]?\d(?:[\d.,{BETWEEN}]*\d)?)(?P<after>\s?(?:{AFTER}))?"
)
THOUSANDS = r"[-+]?(?:[1-9]\d{{0,2}}(?:{marks}\d{{3}})+|0|[1-9]\d*)(?:{decimal}\d+)?"
POINT = THOUSANDS.format(marks=rf"[,{BETWEEN}]", decimal=r"\.")
COMMA = THOUSANDS.format(marks=rf"[.{BETWEEN}]", decimal=",")
TRIED = 200
"""Values that are looked at before all are."""


def numbers_without_units(table: pd.DataFrame, *, plain: bool) -> tuple[pd.DataFrame, dict[str, str]]:
    """Makes numbers of the columns that hold nothing but numbers with one and the same unit.

    Args:
        table: As it was read.
        plain: Whether text may hold numbers without a unit too: cells of a file, and no column that has a type of text.

    Returns:
        The table, and the unit of each column from which one was taken.
    """
    found = {str(name): numbers for name in table if (numbers := _numbers(table[name], plain=plain))}
    units = {name: unit for name, (_, unit) in found.items() if unit}
    return table.assign(**{name: column for name, (column, _) in found.items()}), units


def _numbers(column: pd.Series, *, plain: bool) -> tuple[pd.Series, str] | None:
    """The numbers of a column of text, and their unit; None where it holds something else."""
    if not (pd.api.types.is_object_dtype(column.dtype) or pd.api.types.is_string_dtype(column.dtype)):
        return None
    column = column.astype(object)
    head = column.dropna().iloc[:TRIED]
    if not any(isinstance(value, str) and FORM.fullmatch(value.strip()) for value in head):
        return None
    column = without_null_words(column)
    if not all(isinstance(value, str) for value in column.dropna()) or column.dropna().str.fullmatch(NUMBER).all():
        return None
    parts = column.dropna().str.strip().str.extract(rf"^{FORM.pattern}$").fillna("")
    signs = parts["before"].str.strip() + parts["after"].str.strip()
    unit = signs.iloc[0] if len(signs) else ""
    if not len(parts) or (signs != unit).any() or not (unit or plain) or (parts["number"] == "").any():
        return None
    numbers = (parts["minus"] + parts["number"]).str.replace("\u2212", "-")
    if not unit and (numbers.str.contains(" ").any() or numbers.str.startswith("+").any()):
        return None  # such as parts of a telephone number
    written = _with_points(numbers, unit)
    return None if written is None else (pd.to_numeric(written).reindex(column.index), unit)


def _with_points(numbers: pd.Series, unit: str) -> pd.Series | None:
    """The numbers as Python writes them; None where some are none, or neither point nor comma is the decimal mark."""
    point, comma = (bool(numbers.str.fullmatch(form).all()) for form in (POINT, COMMA))
    if not (point or comma):
        return None
    if point and comma:  # 1,200 or 1.200: money has no three decimals, and few per cent are thousands
        has_commas = bool(numbers.str.contains(",").any())
        comma = has_commas if unit[:1] in {"%", "‰"} else bool(re.fullmatch(CURRENCY, unit)) and not has_commas
    plain = numbers.str.replace(rf"[{'.' if comma else ','}{BETWEEN}]", "", regex=True)
    return plain.str.replace(",", ".", regex=False)
