"""When an outcome was noted: outcomes are kept as long as predictions, and no longer."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "1_2", "1_1"


def upgrade() -> None:
    """Adds the column; of what is there already, and of what an older service writes, retention notes it later."""
    op.add_column("outcomes", sa.Column("time", sa.DateTime(timezone=True)))
