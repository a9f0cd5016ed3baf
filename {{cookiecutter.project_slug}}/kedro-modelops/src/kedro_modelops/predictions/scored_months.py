"""Months that were scored."""

from collections.abc import Callable
from functools import partial

import pandas as pd
from pyarrow import parquet

from kedro_modelops.predictions.partitions import WrittenOnce
from kedro_modelops.predictions.records import inputs_of
from kedro_modelops.predictions.row_claims import stated
from kedro_modelops.predictions.rows_by_key import RowsByKey

Span = tuple[str, str]
"""The least and the greatest key of a month."""


class ScoredMonths(WrittenOnce):
    """Predictions by month; a key stands for the same row in all months, as ids and outcomes go by it."""

    def save(self, data: dict[str, Callable[[], pd.DataFrame]]) -> None:
        """Computes and writes what is missing; RefusedError for a month with other rows under a former one's keys."""
        spans: dict[str, Span | None] = {}
        super().save({name: partial(self._compared, name, compute, spans) for name, compute in data.items()})

    def _compared(self, name: str, compute: Callable[[], pd.DataFrame], spans: dict[str, Span | None]) -> pd.DataFrame:
        table = compute()
        keys = table["key"]
        least, greatest = keys.min(), keys.max()
        for path in self._list_partitions():
            span = spans[path] if path in spans else spans.setdefault(path, self._read_span(path))
            if span and (span[1] < least or greatest < span[0]):
                continue
            if self._read(path, ["key"])["key"].isin(keys).any():
                known, month = RowsByKey(), self._path_to_partition(path)
                for title, rows in ((month, self._read(path)), (name, table)):
                    known.add(title, rows["key"], stated(inputs_of(rows)))
        return table

    def _read_span(self, path: str) -> Span | None:
        """Reads the end of a file, where Parquet keeps it: a key that names its time needs no look into other months.

        Returns:
            None where the file does not say.
        """
        with self._filesystem.open(path) as file:
            found = parquet.read_metadata(file)
        place = found.schema.names.index("key")
        groups = [found.row_group(number).column(place).statistics for number in range(found.num_row_groups)]
        if not groups or not all(group and group.has_min_max for group in groups):
            return None
        return min(group.min for group in groups), max(group.max for group in groups)

    def _read(self, path: str, columns: list[str] | None = None) -> pd.DataFrame:
        with self._filesystem.open(path) as file:
            return pd.read_parquet(file, columns=columns)
