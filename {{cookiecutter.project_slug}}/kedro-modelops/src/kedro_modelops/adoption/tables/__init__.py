"""Tables as people have them (files, folders, databases), read with the types that their values have."""

from kedro_modelops.adoption.tables.database import SQL
from kedro_modelops.adoption.tables.reading import Source, read_source
from kedro_modelops.adoption.tables.table_files import SHEET

__all__ = ["SHEET", "SQL", "Source", "read_source"]
