"""Which row a key stands for: the first that was asked under it. Outcomes are joined by key, so it stands for no other.

What rows may come without (columns that the contract `Request` does not require, such as the weather) is looked up when
they are asked, and may be another one the next time: it does not count.
"""

import json
from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from typing import Any

import pandas as pd
from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from kedro_modelops.contracts.row_keys import hash_content
from kedro_modelops.errors import RefusedError
from kedro_modelops.predictions.tables import PREDICTIONS, ROWS
from kedro_modelops.problem import load_problem


def stated(rows: pd.DataFrame) -> pd.DataFrame:
    """The columns of the contract of requests that every row has."""
    return rows[[name for name in _columns() if name in rows and name not in _optional()]]


@cache
def _columns() -> dict[str, Any]:
    columns: dict[str, Any] = load_problem().request.to_schema().columns
    return columns


@cache
def _optional() -> set[str]:
    return {name for name, column in _columns().items() if not column.required}


class SharedKeyError(RefusedError):
    """Raised when another row is asked under a key that is taken."""


def claim(connection: Connection, predictions: Sequence[dict[str, Any]]) -> None:
    """Keeps, with predictions that are being stored, which row each key stands for.

    Args:
        connection: In whose transaction they are stored.
        predictions: `key` and `inputs` of each.

    Raises:
        SharedKeyError: If a key stands for another row already, or for two of these.
    """
    asked: dict[str, tuple[str, dict[str, Any]]] = {}
    for key, inputs in ((prediction["key"], prediction["inputs"]) for prediction in predictions):
        content = _hash(inputs)
        if asked.setdefault(key, (content, inputs))[0] != content:
            _compare(key, asked[key][1], inputs)
    insert = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert
    claims = [{"key": key, "stated": asked[key][0]} for key in sorted(asked)]  # in one order: no deadlock
    if connection.execute(insert(ROWS).on_conflict_do_nothing(), claims).rowcount == len(claims):
        return  # none of the keys was asked before
    known = connection.execute(select(ROWS).where(ROWS.c.key.in_([*asked])))
    # Compared by value: a hash may be an older version's, of other columns, or of values written in another way.
    for key in [row.key for row in known if row.stated != asked[row.key][0]]:
        earlier = select(PREDICTIONS.c.inputs).where(PREDICTIONS.c.key == key).order_by(PREDICTIONS.c.time).limit(1)
        for inputs in connection.execute(earlier).scalars():
            _compare(key, inputs, asked[key][1])


def release(connection: Connection) -> None:
    """Forgets keys of which no prediction is stored any more."""
    connection.execute(delete(ROWS).where(ROWS.c.key.not_in(select(PREDICTIONS.c.key))))


def _stated(inputs: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in inputs.items() if name not in _optional()}


def _hash(inputs: dict[str, Any]) -> str:
    return blake2b(json.dumps(_stated(inputs), sort_keys=True, default=str).encode(), digest_size=16).hexdigest()


def _compare(key: str, was: dict[str, Any], now: dict[str, Any]) -> None:
    """Compares two rows of one key by value, in the columns that both have: a contract may have got more of them."""
    from kedro_modelops.predictions.records import read_inputs  # noqa: PLC0415  (scikit-learn; hashes nearly always agree)

    common = [name for name in _stated(was) if name in now]
    try:
        table = read_inputs([{name: row[name] for name in common} for row in (was, now)])
    except RefusedError:  # the earlier row was of another contract: nobody can say that it differs
        return
    if differing := [name for name in common if len(set(hash_content(table[[name]]))) > 1]:
        msg = (
            f"the key {key} was asked before, with other {', '.join(differing)}: a key stands for one row, to which is "
            "joined what happens. If this is another row, `identify` in features.py has to tell them apart; if the "
            f"earlier one was wrong, forget it first: `kedro predictions forget --subject key={key}`"
        )
        raise SharedKeyError(msg)
