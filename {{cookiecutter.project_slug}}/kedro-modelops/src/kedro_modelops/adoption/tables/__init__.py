"""Tables as people have them (files, folders, databases), read with the types that their values have."""

from kedro_modelops.adoption.tables.database import SQL
from kedro_modelops.adoption.tables.layout.headers import Header
from kedro_modelops.adoption.tables.reading import Source, read_source, refuse_idle

__all__ = ["SQL", "Header", "Source", "read_source", "refuse_idle"]
