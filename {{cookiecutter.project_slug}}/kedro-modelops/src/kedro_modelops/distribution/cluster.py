"""The workers of a cluster, of Dask or Spark, where an environment or a variable names it."""

import importlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from kedro_modelops.distribution import parallel
from kedro_modelops.errors import RefusedError


class Engine(NamedTuple):
    """What runs joblib's calls elsewhere.

    Attributes:
        variable: Environment variable with the cluster's address.
        setting: What holds it in globals.yml, where no variable is set.
        module: Of this package, which connects to it.
        packages: What has to be installed for that.
    """

    variable: str
    setting: str
    module: str
    packages: tuple[str, ...]


DASK = Engine("DASK_SCHEDULER_ADDRESS", "scheduler", "dask_client", ("distributed", "dask"))
SPARK = Engine("SPARK_MASTER", "spark_master", "spark_client", ("joblibspark", "pyspark"))


@contextmanager
def connected(settings: Mapping[str, Any]) -> Iterator[None]:
    """Lets joblib's calls in the body run on the cluster that is named; on this machine, where none is.

    Args:
        settings: Of globals.yml.

    Raises:
        RefusedError: If nothing answers there, workers cannot import the project, or a package is not installed.
    """
    found = _named(settings)
    if not found:
        yield
        return
    engine, address = found
    try:
        client = importlib.import_module(f"kedro_modelops.distribution.{engine.module}")  # three seconds, for few runs
    except ImportError as error:
        package = (error.name or "").partition(".")[0]
        if package not in engine.packages:
            raise
        msg = (
            f"the cluster {address} is named, but {package} is not installed: add it to the dependencies "
            f"of pyproject.toml, then `make lock setup`, or unset {engine.variable} and run without --env cluster"
        )
        raise RefusedError(msg) from error
    with client.connect(address) as workers, parallel.use(workers):
        yield


def _named(settings: Mapping[str, Any]) -> tuple[Engine, str] | None:
    """The engine that a variable names, or else a setting."""
    engines = (DASK, SPARK)
    named = [(engine, os.environ.get(engine.variable)) for engine in engines]
    named += [(engine, settings.get(engine.setting)) for engine in engines]
    return next(((engine, str(address)) for engine, address in named if address), None)
