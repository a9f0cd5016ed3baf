"""Partitions that are computed beside each other, where there are workers."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from kedro_datasets.partitions import PartitionedDataset

from kedro_modelops.contracts.explanations import explain
from kedro_modelops.distribution.parallel import starmap
from kedro_modelops.errors import RefusedError


class ComputedPartitions(PartitionedDataset):  # type: ignore[misc]  # kedro-datasets ships no types
    """Partitions that are computed and written one by one; on a cluster by its workers, which read what they need."""

    def save(self, data: dict[str, Callable[[], Any]]) -> None:
        """Computes and writes each."""
        super().save({})  # clears away what is to be overwritten
        starmap(_write, [(self._of(name), compute) for name, compute in sorted(data.items())], "Computing")
        self._invalidate_caches()

    def _of(self, name: str) -> Any:
        path = self._join_protocol(self._partition_to_path(name))
        return self._dataset_type(**{**deepcopy(self._dataset_config), self._filepath_arg: path})


def _write(dataset: Any, compute: Callable[[], Any] | Any) -> None:
    try:
        dataset.save(compute() if callable(compute) else compute)
    except Exception as error:
        if told := explain(error):
            raise RefusedError(told) from error  # a worker's error leaves behind what it was caused by
        raise
