"""The contract of requests; there is one only, the pandera model of a row.

What concerns one field is checked by pydantic while the JSON is read, what concerns several by pandera, for all rows
that wait at once: pandera alone takes ten milliseconds a table, however short.
"""

import secrets
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json
from typing_extensions import TypedDict  # pydantic cannot take typing's before Python 3.12

from .types import FORMATS, Options, body_type, field_type, is_known, record_type, rows_type

Row = dict[str, Any]

SALT = secrets.token_bytes(16)
MOST_TOLD = 5_000
"""Broken rules; a request that breaks more is not told which."""
LONGEST_VALUE, LONGEST_NUMBER = 100, 1e15
"""Characters of a value that an answer repeats, and the number above which it is text."""


class BrokenRule(TypedDict):
    """A rule that a row breaks. `row` is null where the whole request breaks it, `column` where the whole row does."""

    row: int | None
    column: str | None
    rule: str
    value: Any


class BrokenContractError(ValueError):
    """Raised when a request breaks the contract; it says how, and which rows are good."""

    def __init__(self, rules: list[BrokenRule], good_rows: list[int] | None = None) -> None:
        """Takes the rules that are broken, and the rows that break none (None where rows were not looked at)."""
        super().__init__(f"{rules[0]['rule']} (and {len(rules) - 1} more)" if len(rules) > 1 else rules[0]["rule"])
        self.rules, self.good_rows = rules, good_rows


class RequestContract:
    """Turns the body of a request into rows, and rows into a table."""

    def __init__(self, model: type[pa.DataFrameModel], example: Row, max_rows: int) -> None:
        """Takes the pandera model of a row, an example of one, and how many rows a request may have."""
        schema = model.to_schema()
        self._kinds = {name: column.dtype.type for name, column in schema.columns.items()}
        self._pii = frozenset(name for name, column in schema.columns.items() if (column.metadata or {}).get("pii"))
        columns = [(name, check) for name, column in schema.columns.items() for check in column.checks]
        self._rules = [(None, check) for check in schema.checks] + [pair for pair in columns if not is_known(pair[1])]
        fields = {name: field_type(column) for name, column in schema.columns.items()}
        rows = rows_type(record_type(model.__name__, fields, example=example), max_rows)
        self._rows: TypeAdapter[list[Row]] = TypeAdapter(rows)
        self.body: TypeAdapter[dict[str, Any]] = TypeAdapter(body_type(rows, max_rows))

    def read(self, body: bytes) -> tuple[list[Row], Options]:
        """Reads the body of a request.

        Args:
            body: JSON with one of `FORMATS`, as MLflow's scoring protocol has it, and perhaps `params`.

        Returns:
            The rows, and the wishes of the caller.

        Raises:
            BrokenContractError: If a row, or the whole, breaks the contract.
        """
        try:
            payload = self.body.validate_json(body)
            given = [payload[name] for name in FORMATS if name in payload]
            if len(given) != 1:
                raise BrokenContractError([_rule(f"exactly one of {', '.join(FORMATS)} is expected, not {len(given)}")])
            rows = given[0] if isinstance(given[0], list) else self._rows.validate_json(to_json(_records(**given[0])))
        except ValidationError as error:
            raise _broken(error, body) from error
        return rows, payload.get("params", {})

    def table(self, rows: Sequence[Row]) -> pd.DataFrame:
        """Makes a table of rows; what a row does not have is null."""
        cells = {name: [row.get(name) for row in rows] for name in self._kinds}
        return pd.DataFrame({name: _column(cells[name], kind) for name, kind in self._kinds.items()})

    def broken_rules(self, table: pd.DataFrame) -> Iterator[tuple[int, BrokenRule]]:
        """Checks what concerns several fields of a row, and rules that only pandera can check; rows by number."""
        for column, check in self._rules:
            kept = np.asarray(check(table if column is None else table[column]).check_output)
            for row in np.flatnonzero(~np.broadcast_to(kept, len(table))):
                yield int(row), _rule(str(check.error or check.name), int(row), column)

    def for_log(self, rule: BrokenRule) -> BrokenRule:
        """A broken rule without what identifies a person; the same value gives the same hash until the service ends."""
        if rule["column"] not in self._pii or rule["value"] is None:
            return rule
        return BrokenRule({**rule, "value": blake2b(str(rule["value"]).encode(), key=SALT, digest_size=8).hexdigest()})


def _records(columns: list[str], data: list[list[Any]], index: Any = None) -> list[Row]:
    for number, cells in enumerate(data):
        if len(cells) != len(columns):
            rule = f"{len(columns)} values are expected, one a column, not {len(cells)}"
            raise BrokenContractError([_rule(rule, number)])
    return [dict(zip(columns, cells, strict=True)) for cells in data]


def _column(values: list[Any], kind: Any) -> Any:
    if isinstance(kind, np.dtype):
        return np.array(values, dtype=object if kind.kind in "US" else kind)
    return pd.array(values, dtype=kind)


def _rule(rule: str, row: int | None = None, column: str | None = None, value: Any = None) -> BrokenRule:
    return BrokenRule(row=row, column=column, rule=rule, value=value)


def _broken(error: ValidationError, body: bytes) -> BrokenContractError:
    """Translates pydantic's errors, whose place is (format, row, column, …), or (row, column, …)."""
    if error.error_count() > MOST_TOLD:
        return BrokenContractError([_rule(f"{error.error_count()} rules are broken, too many to tell")])
    rules = []
    for problem in error.errors(include_url=False, include_context=False):
        place = [part for part in problem["loc"] if part not in FORMATS]
        row = int(place.pop(0)) if place and isinstance(place[0], int) else None
        value = None if problem["type"] in {"missing", "json_invalid"} else _shown(problem["input"])
        rules.append(_rule(problem["msg"], row, ".".join(map(str, place)) or None, value))
    bad = {rule["row"] for rule in rules}
    return BrokenContractError(rules, None if None in bad else sorted(set(range(_count(body))) - bad))


def _count(body: bytes) -> int:
    given = next(value for name, value in from_json(body).items() if name in FORMATS)
    return len(given if isinstance(given, list) else given["data"])


def _shown(value: Any) -> Any:
    plain = value is None or (isinstance(value, bool | int | float) and abs(value) < LONGEST_NUMBER)
    return value if plain else str(value)[:LONGEST_VALUE]
