"""Alembic's environment of the prediction store: one file a change of its tables, in `versions/`.

A revision is named `MAJOR_MINOR`. Within one MAJOR an older service goes on writing to the newer store, and can be
brought back by a rollback, so such a change only adds: a table, an index, or a column that may be null or has a
default. A change that the older code does not survive raises MAJOR. `tables.py` says what the newest one makes.
"""
