"""Between which bounds a regression held its answer: what older code writes has none."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "1_4", "1_3"


def upgrade() -> None:
    """Adds the column to what was answered, and to what a challenger would have answered."""
    for table in ("predictions", "shadow_predictions"):
        op.add_column(table, sa.Column("interval", sa.JSON))
