"""The workers of a Dask cluster, where an environment or a variable names its scheduler."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kedro_modelops.distribution import parallel
from kedro_modelops.errors import RefusedError

ADDRESS, SETTING = "DASK_SCHEDULER_ADDRESS", "scheduler"
"""Environment variable with the scheduler's address, and what holds it in globals.yml where the variable is not set."""


@contextmanager
def connected(settings: Mapping[str, Any]) -> Iterator[None]:
    """Lets joblib's calls in the body run on the cluster that is named; on this machine, where none is.

    Args:
        settings: Of globals.yml.

    Raises:
        RefusedError: If nothing answers there, workers cannot import the project, or Dask is not installed.
    """
    address = os.environ.get(ADDRESS) or settings.get(SETTING)
    if not address:
        yield
        return
    try:
        from kedro_modelops.distribution.dask_client import connect  # noqa: PLC0415  (three seconds, for few runs)
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in {"dask", "distributed"}:
            raise
        msg = (
            f"the scheduler {address} is named, but {error.name} is not installed: add distributed to the dependencies "
            f"of pyproject.toml, then `make lock setup`, or unset {ADDRESS} and run without --env cluster"
        )
        raise RefusedError(msg) from error
    with connect(str(address)) as workers, parallel.use(workers):
        yield
