"""Fields of contracts, as a person would write them: type, range, allowed values, and what was found in a comment."""

import builtins
import keyword
import math
import re
from collections.abc import Iterable
from typing import Any

from kedro_modelops.adoption.proposing.columns import Column
from kedro_modelops.adoption.proposing.free_text import is_free_text
from kedro_modelops.adoption.proposing.personal_data import words_of
from kedro_modelops.contracts import Table

TYPES = {"whole": "int", "flag": "bool", "text": "str", "time": "Utc"}
TAKEN = {*dir(Table), *dir(builtins), *keyword.kwlist, *keyword.softkwlist, "np", "pa", "pd"}
"""Names that a field cannot have in a class of pandera, in whose body `int` and `pd` are written."""
EXACT = {"np.float32": 2**23, "float": 2**52, "int": 2**52}
"""Up to where a type tells a limit from the number after it."""
LONGEST_LINE = 116
"""Characters, in the body of a class."""
LONGEST_LIST = 60
"""Characters of a list that stands in the line of its field."""


def attributes_of(names: Iterable[str]) -> dict[str, str]:
    """Names of fields by those of their columns: Python's, in small letters, each once."""
    found: dict[str, str] = {}
    for number, name in enumerate(names, 1):
        word = words_of(name) or f"column_{number}"
        word = f"{word}_" if word in TAKEN else word if word[0].isalpha() else f"n{word}"
        while word in found.values():
            word = f"{word}_{number}"
        found[name] = word
    return found


def type_of(column: Column) -> str:
    """What is written in `Series[…]`."""
    if column.kind == "number":
        return "float" if column.survives_text else "np.float32"
    return TYPES[column.kind]


def list_name(attribute: str) -> str:
    """What the list of a field's values is called, where it has a line of its own."""
    return f"{attribute.strip('_').upper()}_VALUES"


def needs_list(column: Column) -> bool:
    """Whether its list is too long for the line of its field."""
    return column.kind == "text" and column.is_listed and len(repr(column.listed)) > LONGEST_LIST


def field_line(column: Column, attribute: str, metadata: str = "BEFORE", *, ranged: bool = True) -> str:
    """The line of a contract.

    Args:
        column: What it says.
        attribute: What the field is called.
        metadata: Name of what is known of it.
        ranged: Whether numbers have limits, and texts are listed; those that identify rows or people do not.
    """
    options = [f"alias={column.name!r}"] if attribute != column.name else []
    if ranged:
        options += _rules(column, attribute)
    if column.nulls:
        options.append("nullable=True")
    field = f"{attribute}: Series[{type_of(column)}] = pa.Field({', '.join([*options, f'metadata={metadata}'])})"
    found = _found(column) if ranged else ""
    if not found:
        return field
    line = f"{field}  # {found}"
    return line if len(line) <= LONGEST_LINE else f"# {found}\n    {field}"


def limits(column: Column) -> tuple[float, float]:
    """The range of a column, half as wide again on each side, in round numbers; not below 0 where nothing is."""
    low, high = float(column.known.min()), float(column.known.max())
    span = high - low or abs(high) or 1.0
    step = 10.0 ** math.floor(math.log10(span))
    step = step / 2 if span / step < 2 else step  # noqa: PLR2004
    lowest, highest = (
        math.floor((low - span / 2) / step) * step,
        math.ceil((high + span / 2) / step) * step,
    )
    return (0.0 if low >= 0 and lowest < 0 else lowest), (0.0 if high <= 0 and highest > 0 else highest)


def longest_text(column: Column) -> int:
    """How long a text may be: more than twice as long as any that was found, in a round number."""
    return int(10 ** math.ceil(math.log10(2 * column.known.str.len().max())))


def number_text(number: float) -> str:
    """A number as people write it: without decimals that say nothing."""
    return str(int(number)) if float(number).is_integer() else f"{number:.6g}"


def _rules(column: Column, attribute: str) -> list[str]:
    if column.is_listed and column.distinct > (0 if column.kind == "text" else 1):
        values: list[Any] = [int(value) for value in column.listed] if column.is_number else column.listed
        return [f"isin={list_name(attribute) if needs_list(column) else values}"]
    if is_free_text(column, kept=True):
        return [f'str_length={{"max_value": {longest_text(column)}}}']
    if not column.is_number or not len(column.known):
        return []
    low, high = limits(column)
    if max(abs(low), abs(high)) >= EXACT[type_of(column)]:
        return []
    return [f"ge={number_text(low)}", f"le={number_text(high)}"]


def _found(column: Column) -> str:
    told = []
    if column.is_number and not column.is_listed and len(column.known):
        told.append(f"{number_text(column.known.min())} to {number_text(column.known.max())}")
    elif column.kind == "text" and not column.is_listed:
        told.append(f"{column.distinct:,} different values")
    if column.nulls:
        told.append(f"{100 * column.nulls:.2g} % null")
    return re.sub(r"\s+", " ", ", ".join(told))
