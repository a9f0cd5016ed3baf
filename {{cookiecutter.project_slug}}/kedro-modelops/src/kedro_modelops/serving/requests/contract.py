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
from pydantic_core import to_json

from kedro_modelops.contracts import normalize
from kedro_modelops.contracts.faults import CheckFaultError
from kedro_modelops.serving.requests.ambiguity import UTF8_MARK, nul_characters, repeated_columns, repeated_names
from kedro_modelops.serving.requests.broken_rules import BrokenContractError, BrokenRule, broken_rule, translate
from kedro_modelops.serving.requests.compiled_rules import compile_rule
from kedro_modelops.serving.requests.types import (
    FORMATS,
    Options,
    body_type,
    field_type,
    is_known,
    record_type,
    rows_type,
)

Row = dict[str, Any]

SALT = secrets.token_bytes(16)


class RequestContract:
    """Turns the body of a request into rows, and rows into a table."""

    def __init__(self, model: type[pa.DataFrameModel], example: Row, max_rows: int) -> None:
        """Takes the pandera model of a row, an example of one, and how many rows a request may have."""
        schema = self._schema = model.to_schema()
        self._kinds = {name: column.dtype.type for name, column in schema.columns.items()}
        columns = [(name, check) for name, column in schema.columns.items() for check in column.checks]
        rules = [(None, check) for check in schema.checks] + [pair for pair in columns if not is_known(pair[1])]
        self._rules = [(column, check, compile_rule(check)) for column, check in rules]
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
            BrokenContractError: If a row, or the whole, breaks the contract, says a thing twice, or cannot be stored.
        """
        body = body.removeprefix(UTF8_MARK)
        try:
            payload = self.body.validate_json(body)
            given = [payload[name] for name in FORMATS if name in payload]
            if len(given) != 1:
                told = f"exactly one of {', '.join(FORMATS)} is expected, not {len(given)}"
                raise BrokenContractError([broken_rule(told)])
            rows = given[0] if isinstance(given[0], list) else self._rows.validate_json(to_json(_records(**given[0])))
        except ValidationError as error:
            raise translate(error, body) from error
        twice = [broken_rule("a name stands twice in one object", *place) for place in repeated_names(body)]
        twice += [broken_rule("a column is named twice", None, name) for name in repeated_columns(payload)]
        if rules := twice + [broken_rule("U+0000 cannot be stored", *place) for place in nul_characters(body, rows)]:
            bad = {rule["row"] for rule in rules}
            raise BrokenContractError(rules, None if None in bad else sorted(set(range(len(rows))) - bad))
        return rows, payload.get("params", {})

    def table(self, rows: Sequence[Row]) -> pd.DataFrame:
        """Makes a table of rows; what a row does not have is null."""
        cells = {name: [row.get(name) for row in rows] for name in self._kinds}
        table = pd.DataFrame({name: _column(cells[name], kind) for name, kind in self._kinds.items()})
        return normalize(table, self._schema)

    def broken_rules(self, table: pd.DataFrame) -> Iterator[tuple[int, BrokenRule]]:
        """Checks what concerns several fields of a row, and rules that only pandera can check; rows by number.

        Raises:
            CheckFaultError: If a check fails by itself.
        """
        for column, check, is_kept in self._rules:
            rows = table if column is None else table[column]
            if is_kept(rows):
                continue
            try:
                kept = _kept(check(rows).check_output, rows.index)
            except Exception as error:
                raise CheckFaultError(check, error) from error
            for row in np.flatnonzero(~np.broadcast_to(kept, len(table))):
                yield int(row), broken_rule(str(check.error or check.name), int(row), column)

    def for_log(self, rule: BrokenRule) -> BrokenRule:
        """A broken rule as the log may have it: what the caller wrote, values and unknown names, may identify a person.

        It is hashed; the same text gives the same hash until the service ends.
        """
        column, value = rule["column"], rule["value"]
        told = column if column is None or column in self._kinds else f"unknown {_hash(column)}"
        return BrokenRule({**rule, "column": told, "value": None if value is None else _hash(value)})


def _hash(value: Any) -> str:
    return blake2b(str(value).encode(), key=SALT, digest_size=8).hexdigest()


def _records(columns: list[str], data: list[list[Any]], index: Any = None) -> list[Row]:
    for number, cells in enumerate(data):
        if len(cells) != len(columns):
            rule = f"{len(columns)} values are expected, one a column, not {len(cells)}"
            raise BrokenContractError([broken_rule(rule, number)])
    return [dict(zip(columns, cells, strict=True)) for cells in data]


def _kept(output: Any, index: pd.Index) -> np.ndarray:
    """Which rows keep a rule; null is no breach, as for pandera, which leaves nulls of a column out."""
    if isinstance(output, pd.Series) and len(output) != len(index):
        output = output.reindex(index)
    return np.asarray(pd.Series(np.atleast_1d(output), dtype="boolean").fillna(value=True), dtype=bool)


def _column(values: list[Any], kind: Any) -> Any:
    if isinstance(kind, np.dtype):
        return np.array(values, dtype=object if kind.kind in "US" else kind)
    return pd.array(values, dtype=kind)
