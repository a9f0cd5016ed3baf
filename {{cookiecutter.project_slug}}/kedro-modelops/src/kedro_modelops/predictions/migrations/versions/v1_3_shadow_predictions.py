"""What a challenger would have answered: in a table of its own, so that nothing takes it for an answer."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "1_3", "1_2"

NAME = sa.String(200)


def upgrade() -> None:
    """Adds the table. The database itself deletes a row with its prediction, whatever code does that."""
    op.create_table(
        "shadow_predictions",
        sa.Column(
            "prediction_id", NAME, sa.ForeignKey("predictions.prediction_id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("model", NAME, nullable=False),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("output", sa.JSON, nullable=False),
        sa.Column("probabilities", sa.JSON),
    )
