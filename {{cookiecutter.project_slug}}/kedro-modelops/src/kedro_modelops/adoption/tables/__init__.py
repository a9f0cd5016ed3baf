"""Tables as people have them (files, folders, databases), read with the types that their values have."""

from kedro_modelops.adoption.tables.reading import Source, read_source

__all__ = ["Source", "read_source"]
