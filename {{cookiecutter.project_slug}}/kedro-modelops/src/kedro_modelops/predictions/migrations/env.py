"""What Alembic runs to change the tables, on the connection of `schema.py`, which holds the lock and commits."""

from alembic import context

from kedro_modelops.predictions.schema import TABLE
from kedro_modelops.predictions.tables import METADATA

context.configure(context.config.attributes["connection"], target_metadata=METADATA, version_table=TABLE)
context.run_migrations()
