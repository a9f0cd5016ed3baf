"""Months that were scored."""

from collections.abc import Callable
from functools import partial

import pandas as pd

from kedro_modelops.predictions.partitions import WrittenOnce
from kedro_modelops.predictions.records import inputs_of
from kedro_modelops.predictions.row_claims import stated
from kedro_modelops.predictions.rows_by_key import RowsByKey


class ScoredMonths(WrittenOnce):
    """Predictions by month; a key stands for the same row in all months, as ids and outcomes go by it."""

    def save(self, data: dict[str, Callable[[], pd.DataFrame]]) -> None:
        """Computes and writes what is missing; RefusedError for a month with other rows under a former one's keys."""
        super().save({name: partial(self._compared, name, compute) for name, compute in data.items()})

    def _compared(self, name: str, compute: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        table = compute()
        for path in self._list_partitions():
            if self._read(path, ["key"])["key"].isin(table["key"]).any():
                known, month = RowsByKey(), self._path_to_partition(path)
                for title, rows in ((month, self._read(path)), (name, table)):
                    known.add(title, rows["key"], stated(inputs_of(rows)))
        return table

    def _read(self, path: str, columns: list[str] | None = None) -> pd.DataFrame:
        with self._filesystem.open(path) as file:
            return pd.read_parquet(file, columns=columns)
