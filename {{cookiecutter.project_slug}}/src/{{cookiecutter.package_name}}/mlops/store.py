"""The prediction store: every prediction that was answered, in SQLite, or in the database of PREDICTION_STORE_URL."""

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic_core import to_json
from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    DateTime,
    Float,
    MetaData,
    String,
    Table,
    bindparam,
    cast,
    create_engine,
    delete,
    event,
    insert,
    select,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from ..errors import RefusedError

VARIABLE, EMBEDDED = "PREDICTION_STORE_URL", "sqlite:///predictions.db"

AT_ONCE = 10_000
"""Keys in a query: SQLite takes 32,766."""

METADATA = MetaData()
PREDICTIONS = Table(
    "predictions",
    METADATA,
    Column("prediction_id", String(200), primary_key=True),
    Column("request_id", String(200), nullable=False),
    Column("time", DateTime(timezone=True), nullable=False, index=True),
    Column("key", String(200), nullable=False, index=True),
    Column("model", String(200), nullable=False),
    Column("version", String(20), nullable=False, index=True),
    Column("run_id", String(64), nullable=False),
    Column("inputs", JSON, nullable=False),
    Column("features_hash", String(32), nullable=False),
    Column("output", JSON, nullable=False),
    Column("probabilities", JSON),
    Column("latency_ms", Float),
    Column("caller", String(200), nullable=False),
)
OUTCOMES = Table(
    "outcomes", METADATA, Column("key", String(200), primary_key=True), Column("outcome", JSON, nullable=False)
)


class PredictionStore:
    """Predictions, and what really happened, joined by key."""

    def __init__(self, url: str | None = None) -> None:
        """Opens the store, and makes its tables where they are missing.

        Args:
            url: An SQLAlchemy URL; by default that of PREDICTION_STORE_URL, or in the file PREDICTION_STORE_URL_FILE,
                and without either a file in the working folder.

        Raises:
            RefusedError: If the database does not answer.
        """
        address = make_url(url or _named() or EMBEDDED)
        embedded = address.get_backend_name() == "sqlite"
        patience = {} if embedded else {"connect_args": {"connect_timeout": 5}}
        self._engine = create_engine(
            address, json_serializer=lambda value: to_json(value).decode(), pool_pre_ping=True, **patience
        )
        if embedded:
            event.listen(self._engine, "connect", _survive_a_crash)
        try:
            METADATA.create_all(self._engine)
        except OperationalError as error:
            msg = f"the prediction store {address!r} does not answer; start it, or change PREDICTION_STORE_URL"
            raise RefusedError(msg) from error

    def add(self, predictions: Sequence[dict[str, Any]]) -> None:
        """Writes predictions in one transaction; when it returns, they are on the disk."""
        with self._engine.begin() as connection:
            connection.execute(insert(PREDICTIONS), predictions)

    def add_outcomes(self, outcomes: pd.Series) -> None:
        """Writes what really happened, by key; the last word on a key holds, and null (not known yet) is none."""
        known = outcomes[~outcomes.index.duplicated(keep="last")].dropna().astype(object)
        rows = [{"key": key, "outcome": outcome} for key, outcome in known.items()]
        if rows:
            with self._engine.begin() as connection:
                connection.execute(delete(OUTCOMES).where(OUTCOMES.c.key == bindparam("key")), rows)
                connection.execute(insert(OUTCOMES), rows)

    def outcomes(self, keys: pd.Series) -> pd.Series:
        """What really happened to these keys, in their order and with their index; null where it is not known."""
        with self._engine.connect() as connection:
            found = [
                row
                for first in range(0, len(keys), AT_ONCE)
                for row in connection.execute(
                    select(OUTCOMES).where(OUTCOMES.c.key.in_(keys.iloc[first : first + AT_ONCE].tolist()))
                )
            ]
        return keys.map({row.key: row.outcome for row in found}).astype(object)

    def times(self, without: Sequence[str] = ()) -> pd.Series:
        """When each prediction was made, `without` those of some callers."""
        query = select(PREDICTIONS.c.time).where(PREDICTIONS.c.caller.not_in(without))
        with self._engine.connect() as connection:
            return pd.to_datetime(pd.Series(connection.execute(query).scalars().all()), utc=True)

    def get(self, prediction_id: str) -> dict[str, Any] | None:
        """One prediction, None if there is none with this id."""
        query = select(PREDICTIONS).where(PREDICTIONS.c.prediction_id == prediction_id)
        with self._engine.connect() as connection:
            found = connection.execute(query).mappings().first()
        return dict(found) if found else None

    def read(self, since: datetime | None = None, until: datetime | None = None) -> pd.DataFrame:
        """Predictions of a span of time, the oldest first, with their `outcome`, null where it is not known yet."""
        joined = PREDICTIONS.outerjoin(OUTCOMES, PREDICTIONS.c.key == OUTCOMES.c.key)
        query = select(PREDICTIONS, OUTCOMES.c.outcome).select_from(joined).order_by(PREDICTIONS.c.time)
        query = query.where(PREDICTIONS.c.time >= since) if since else query
        query = query.where(PREDICTIONS.c.time < until) if until else query
        with self._engine.connect() as connection:
            found = connection.execute(query)
            table = pd.DataFrame([tuple(row) for row in found], columns=list(found.keys()))
        return table.assign(time=pd.to_datetime(table["time"], utc=True))

    def forget_before(self, time: datetime) -> int:
        """Deletes predictions older than `time`; returns how many."""
        return self._delete(PREDICTIONS.c.time < time)

    def forget_subject(self, field: str, value: str) -> int:
        """Deletes predictions whose key, or whose input `field`, is `value`; returns how many."""
        named = PREDICTIONS.c.key if field == "key" else cast(PREDICTIONS.c.inputs[field].as_string(), String)
        return self._delete(named == value)

    def _delete(self, which: ColumnElement[bool]) -> int:
        with self._engine.begin() as connection:
            return connection.execute(delete(PREDICTIONS).where(which)).rowcount

    def close(self) -> None:
        """Closes the connections."""
        self._engine.dispose()


def _named() -> str | None:
    """The address in the environment, or in the file that it names, as containers are given secrets."""
    file = os.environ.get(f"{VARIABLE}_FILE")
    return Path(file).read_text(encoding="utf-8").strip() if file else os.environ.get(VARIABLE)


def _survive_a_crash(connection: Any, _: Any) -> None:
    """Readers do not wait for the writer, and what was committed is on the disk."""
    for setting in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {setting}")
