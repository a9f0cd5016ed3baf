"""Partitions that are written once, and whole."""

from collections.abc import Callable
from typing import Any

import pandas as pd
from kedro.io.core import get_filepath_str
from kedro_datasets.pandas import ParquetDataset
from kedro_datasets.partitions import PartitionedDataset


class WholeParquetDataset(ParquetDataset):  # type: ignore[misc]  # kedro-datasets ships no types
    """A parquet file that is there when it is finished, and not before."""

    def save(self, data: pd.DataFrame) -> None:
        """Writes beside the file, and takes its place."""
        path = get_filepath_str(self._get_save_path(), self._protocol)
        with self._fs.open(f"{path}.part", mode="wb") as file:
            data.to_parquet(file, index=False)
        self._fs.mv(f"{path}.part", path)


class WrittenOnce(PartitionedDataset):  # type: ignore[misc]  # kedro-datasets ships no types
    """Partitions of which those that exist are neither computed again nor replaced: what was interrupted goes on."""

    keeps_what_is_written = True
    """After an error, too."""

    def load(self) -> dict[str, Callable[[], Any]]:
        """Functions that load the partitions; none before the first was written."""
        return super().load() if self.exists() else {}

    def save(self, data: dict[str, Callable[[], Any]]) -> None:
        """Computes and writes what is missing, one partition after the other."""
        self._invalidate_caches()
        there = {self._path_to_partition(path) for path in self._list_partitions()}
        super().save({name: compute for name, compute in data.items() if name not in there})
