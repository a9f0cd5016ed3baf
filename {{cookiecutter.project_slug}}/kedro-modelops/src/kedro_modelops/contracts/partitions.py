"""Contracts of partitioned datasets: each partition is judged when it is loaded, or just before it is saved."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
from kedro.utils import load_obj
from kedro.validation import DataValidationError, PanderaValidator

from kedro_modelops.contracts.normalization import normalize
from kedro_modelops.contracts.refusal import name_source

Loader = Callable[[], pd.DataFrame]


class EachPartition:
    """Validator of a `PartitionedDataset`: wraps its lazy loaders, so that one partition is in memory at a time."""

    def __init__(self, schema: str) -> None:
        """Takes the dotted path of a pandera model, from the catalog's `options`."""
        self._model = load_obj(schema)
        self._validator = PanderaValidator(self._model)

    def validate(self, partitions: dict[str, Loader | pd.DataFrame]) -> dict[str, Loader]:
        """Returns loaders that convert and check what they load."""
        return {name: partial(self._load, name, load) for name, load in partitions.items()}

    def _load(self, name: str, load: Loader | pd.DataFrame) -> Any:
        table = load() if callable(load) else load
        try:
            return self._validator.validate(normalize(table, self._model.to_schema()))
        except DataValidationError as error:
            error.dataset_name = f"partition '{name}'"
            name_source(error, getattr(load, "__self__", None))
            raise
