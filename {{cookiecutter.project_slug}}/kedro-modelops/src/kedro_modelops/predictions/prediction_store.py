"""The prediction store: every prediction that was answered, in SQLite, or in the database of PREDICTION_STORE_URL."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, String, bindparam, cast, delete, insert, select, update

from kedro_modelops.predictions import row_claims
from kedro_modelops.predictions.database import Database
from kedro_modelops.predictions.tables import METADATA, OUTCOMES, PREDICTIONS, REQUESTS, SHADOW

AT_ONCE = 10_000
"""Keys in a query: SQLite takes 32,766."""
TRIAL = dict.fromkeys(("request_id", "key", "model", "version", "run_id", "features_hash", "caller"), "")
"""A prediction that is taken back before anybody sees it."""


class PredictionStore(Database):
    """Predictions, and what really happened, joined by key."""

    def add(self, predictions: Sequence[dict[str, Any]], requests: Sequence[dict[str, Any]] = ()) -> None:
        """Writes predictions, and the requests that can be repeated, in one transaction.

        Raises:
            DataError, IntegrityError, StatementError: If one of them cannot be stored, whatever the database does.
            SharedKeyError: If a key stands for another row already; nothing is written then.
            SQLAlchemyError: If the database takes nothing now.
        """
        with self._transaction() as connection:
            if requests:
                connection.execute(insert(REQUESTS), requests)
            row_claims.claim(connection, predictions)
            connection.execute(insert(PREDICTIONS), predictions)

    def add_shadow(self, answers: Sequence[dict[str, Any]]) -> int:
        """Writes what a challenger would have answered, but for predictions that were deleted; returns how many."""
        ids = PREDICTIONS.c.prediction_id
        asked = select(ids).where(ids.in_([answer["prediction_id"] for answer in answers]))
        with self._transaction() as connection:
            known = set(connection.execute(asked.with_for_update(read=True, key_share=True)).scalars())
            if rows := [answer for answer in answers if answer["prediction_id"] in known]:
                connection.execute(insert(SHADOW), rows)
        return len(rows)

    def try_to_write(self) -> None:
        """Writes a prediction and takes it back, in one transaction; SQLAlchemyError if the database takes nothing."""
        name = uuid.uuid4().hex
        with self._transaction() as connection:
            values = TRIAL | {"prediction_id": name, "time": datetime.now(UTC), "inputs": {}, "output": 0}
            connection.execute(insert(PREDICTIONS), values)
            connection.execute(delete(PREDICTIONS).where(PREDICTIONS.c.prediction_id == name))

    def requests(self, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """Requests that were answered before, by id."""
        with self._engine.connect() as connection:
            found = connection.execute(select(REQUESTS).where(REQUESTS.c.id.in_(ids))).mappings()
            return {request["id"]: dict(request) for request in found}

    def predictions_of(self, request: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """What was predicted in answer to a request, in the order of its rows, without what was deleted since."""
        ids = [f"{request['id']}-{row}" for row in range(request["rows"])]
        with self._engine.connect() as connection:
            rows = connection.execute(select(PREDICTIONS).where(PREDICTIONS.c.prediction_id.in_(ids))).mappings()
            found = {row["prediction_id"]: dict(row) for row in rows}
        return [found[name] for name in ids if name in found]

    def add_outcomes(self, outcomes: pd.Series) -> None:
        """Writes what really happened, by key; the last word on a key holds, and null (not known yet) is none."""
        known = outcomes[~outcomes.index.duplicated(keep="last")].dropna().astype(object)
        now = datetime.now(UTC)
        rows = [{"key": key, "outcome": outcome, "time": now} for key, outcome in known.items()]
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
        """Predictions of a span of time, the oldest first, with their `outcome`, null where it is not known yet.

        `shadow_version`, `shadow_output`, … are what a challenger would have answered, or null.
        """
        joined = PREDICTIONS.outerjoin(OUTCOMES, PREDICTIONS.c.key == OUTCOMES.c.key).outerjoin(SHADOW)
        shadow = [SHADOW.c[name].label(f"shadow_{name}") for name in ("version", "output", "probabilities", "interval")]
        query = select(PREDICTIONS, OUTCOMES.c.outcome, *shadow).select_from(joined).order_by(PREDICTIONS.c.time)
        query = query.where(PREDICTIONS.c.time >= since) if since else query
        query = query.where(PREDICTIONS.c.time < until) if until else query
        with self._engine.connect() as connection:
            found = connection.execute(query)
            table = pd.DataFrame([tuple(row) for row in found], columns=list(found.keys()))
        return table.assign(time=pd.to_datetime(table["time"], utc=True))

    def forget_before(self, time: datetime) -> int:
        """Deletes predictions older than `time`, and outcomes that were noted before it; returns how many predictions.

        Of outcomes that an older version wrote it is not known when: their time begins now.
        """
        with self._transaction() as connection:
            connection.execute(delete(REQUESTS).where(REQUESTS.c.time < time))
            connection.execute(update(OUTCOMES).where(OUTCOMES.c.time.is_(None)).values(time=datetime.now(UTC)))
            connection.execute(delete(OUTCOMES).where(OUTCOMES.c.time < time))
        return self._delete(PREDICTIONS.c.time < time)

    def give_back_space(self) -> None:
        """Gives the space of what was deleted back: SQLite to the disk, PostgreSQL to what is written next."""
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if self._engine.dialect.name == "sqlite":
                connection.exec_driver_sql("VACUUM")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            else:  # not FULL, for which all who write would have to wait
                connection.exec_driver_sql(f"VACUUM (ANALYZE) {', '.join(METADATA.tables)}")

    def forget_subject(self, field: str, value: str) -> int:
        """Deletes predictions whose key, or whose input `field`, is `value`; returns how many."""
        named = PREDICTIONS.c.key if field == "key" else cast(PREDICTIONS.c.inputs[field].as_string(), String)
        return self._delete(named == value)

    def _delete(self, which: ColumnElement[bool]) -> int:
        with self._engine.begin() as connection:
            deleted = connection.execute(delete(PREDICTIONS).where(which)).rowcount
            row_claims.release(connection)
            return deleted
