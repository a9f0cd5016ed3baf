"""The tables as they were made before they had revisions; those that such a store has are left alone."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "1_1", None

NAME, MOMENT = sa.String(200), sa.DateTime(timezone=True)
TABLES: dict[str, list[sa.Column[object]]] = {
    "predictions": [
        sa.Column("prediction_id", NAME, primary_key=True),
        sa.Column("request_id", NAME, nullable=False),
        sa.Column("time", MOMENT, nullable=False),
        sa.Column("key", NAME, nullable=False),
        sa.Column("model", NAME, nullable=False),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("inputs", sa.JSON, nullable=False),
        sa.Column("features_hash", sa.String(32), nullable=False),
        sa.Column("output", sa.JSON, nullable=False),
        sa.Column("probabilities", sa.JSON),
        sa.Column("latency_ms", sa.Float),
        sa.Column("caller", NAME, nullable=False),
    ],
    "outcomes": [sa.Column("key", NAME, primary_key=True), sa.Column("outcome", sa.JSON, nullable=False)],
    "idempotent_requests": [
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("time", MOMENT, nullable=False),
        sa.Column("body", sa.String(32), nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("classes", sa.JSON),
    ],
    "row_claims": [sa.Column("key", NAME, primary_key=True), sa.Column("stated", sa.String(32), nullable=False)],
}
INDEXES = [("predictions", "time"), ("predictions", "key"), ("predictions", "version"), ("idempotent_requests", "time")]


def upgrade() -> None:
    """Makes what is missing: an old store may lack the tables that came later."""
    for name, columns in TABLES.items():
        op.create_table(name, *columns, if_not_exists=True)
    for table, column in INDEXES:
        op.create_index(f"ix_{table}_{column}", table, [column], if_not_exists=True)
