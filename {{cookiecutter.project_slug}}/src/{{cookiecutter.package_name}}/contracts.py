"""Contracts for partitioned datasets: each partition is judged when it is loaded, or just before it is saved."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
from kedro.utils import load_obj
from kedro.validation import DataValidationError, PanderaValidator

Loader = Callable[[], pd.DataFrame]


class EachPartition:
    """Validator of a `PartitionedDataset`: wraps its lazy loaders, so that one partition is in memory at a time."""

    def __init__(self, schema: str) -> None:
        """Takes the dotted path of a pandera model, from the catalog's `options`."""
        self._validator = PanderaValidator(load_obj(schema))

    def validate(self, partitions: dict[str, Loader]) -> dict[str, Loader]:
        """Returns loaders that check what they load."""
        return {name: partial(self._load, name, load) for name, load in partitions.items()}

    def _load(self, name: str, load: Loader) -> Any:
        table = load()
        try:
            return self._validator.validate(table)
        except DataValidationError as error:
            error.dataset_name = str(getattr(getattr(load, "__self__", None), "_filepath", f"partition '{name}'"))
            raise
