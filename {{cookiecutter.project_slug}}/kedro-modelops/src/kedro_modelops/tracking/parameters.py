"""Parameters as MLflow takes them."""

import re
from collections.abc import Iterator
from typing import Any

import mlflow
from mlflow.utils.validation import MAX_PARAM_VAL_LENGTH, MAX_PARAMS_TAGS_PER_BATCH

from kedro_modelops.nested_parameters import by_full_name


def log_parameters(named: dict[str, str]) -> None:
    """Sends parameters to the active run."""
    items = list(named.items())
    for first in range(0, len(items), MAX_PARAMS_TAGS_PER_BATCH):
        mlflow.log_params(dict(items[first : first + MAX_PARAMS_TAGS_PER_BATCH]), synchronous=True)


def flat(value: Any) -> Iterator[tuple[str, str]]:
    """Parameters by their full names, as MLflow takes them."""
    for name, inner in by_full_name(value):
        yield re.sub(r"[^\w.\- /:]", "_", name), str(inner)[:MAX_PARAM_VAL_LENGTH]
