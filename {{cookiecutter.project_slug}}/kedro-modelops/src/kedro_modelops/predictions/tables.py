"""Tables of the prediction store, as the newest of migrations/versions makes them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, Float, ForeignKey, Integer, MetaData, String, Table, TypeDecorator

LONGEST = 200
"""Characters of a name or a key."""


class Moment(TypeDecorator[datetime]):
    """A time in UTC: SQLite keeps the digits of a time and drops its offset."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Any) -> datetime | None:
        """Converts a time with a zone."""
        return value.astimezone(UTC) if value else None


METADATA = MetaData()
PREDICTIONS = Table(
    "predictions",
    METADATA,
    Column("prediction_id", String(LONGEST), primary_key=True),
    Column("request_id", String(LONGEST), nullable=False),
    Column("time", Moment, nullable=False, index=True),
    Column("key", String(LONGEST), nullable=False, index=True),
    Column("model", String(LONGEST), nullable=False),
    Column("version", String(20), nullable=False, index=True),
    Column("run_id", String(64), nullable=False),
    Column("inputs", JSON, nullable=False),
    Column("features_hash", String(32), nullable=False),
    Column("output", JSON, nullable=False),
    Column("probabilities", JSON),
    Column("latency_ms", Float),
    Column("caller", String(LONGEST), nullable=False),
    Column("interval", JSON),
)
SHADOW = Table(
    "shadow_predictions",
    METADATA,
    Column("prediction_id", ForeignKey(PREDICTIONS.c.prediction_id, ondelete="CASCADE"), primary_key=True),
    Column("model", String(LONGEST), nullable=False),
    Column("version", String(20), nullable=False),
    Column("run_id", String(64), nullable=False),
    Column("output", JSON, nullable=False),
    Column("probabilities", JSON),
    Column("interval", JSON),
)
"""What a challenger would have answered in the place of a prediction: nobody got it, and it goes when that one goes."""
OUTCOMES = Table(
    "outcomes",
    METADATA,
    Column("key", String(LONGEST), primary_key=True),
    Column("outcome", JSON, nullable=False),
    Column("time", Moment),  # when it was noted
)
REQUESTS = Table(
    "idempotent_requests",
    METADATA,
    Column("id", String(32), primary_key=True),  # predictions are <id>-<row>
    Column("time", Moment, nullable=False, index=True),
    Column("body", String(32), nullable=False),  # its hash
    Column("rows", Integer, nullable=False),
    Column("classes", JSON),
)
"""Requests that brought an `Idempotency-Key`: what is needed to answer them once more."""
ROWS = Table(
    "row_claims",
    METADATA,
    Column("key", String(LONGEST), primary_key=True),
    Column("stated", String(32), nullable=False),  # a hash of what its row states
)
"""Which row a key stands for; see row_claims.py."""
