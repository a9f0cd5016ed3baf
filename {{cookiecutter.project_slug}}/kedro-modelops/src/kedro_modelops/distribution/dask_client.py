"""A connection to a Dask scheduler that outlives workers, and says in a sentence what does not."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dask
import joblib
from distributed import Client, Future, Worker, WorkerPlugin
from joblib.parallel import SequentialBackend

from kedro_modelops.distribution.parallel import Workers
from kedro_modelops.distribution.project_code import check_code, digest_code
from kedro_modelops.errors import RefusedError

logger = logging.getLogger(__name__)

CONNECT_SECONDS, WORKER_SECONDS = 20, 60
"""How long to wait for the scheduler to answer, and for a first worker."""
START = "see the chapter on clusters in docs/extend.md"


class _ReplayingClient(Client):
    """A client whose data is the result of a task, which is done again where the worker that held it has died.

    What joblib scatters otherwise is on one worker alone, and lost with it.
    """

    def scatter(self, data: Any, *_: Any, **__: Any) -> Any:
        """Hands data to the cluster; joblib awaits the future."""

        async def submitted() -> Future[Any]:
            return self.submit(_itself, data, pure=False)

        return submitted()


def _itself(data: Any) -> Any:
    return data


class _ProjectWorker(WorkerPlugin):
    """Shows that a worker has the project's code, and lets each call have the one core that it was given."""

    name = "kedro-modelops"

    def __init__(self, digests: dict[str, str]) -> None:
        self.digests = digests

    def setup(self, worker: Worker) -> None:
        """Called where a worker starts: joblib's calls within a call are made there, as they are under loky."""
        check_code(self.digests, worker.address)
        joblib.register_parallel_backend("dask", SequentialBackend)


@contextmanager
def connect(address: str) -> Iterator[Workers]:
    """Connects to a scheduler, for the body.

    Args:
        address: Such as tcp://10.0.0.1:8786.

    Yields:
        What makes a context in which joblib's calls run on its workers.

    Raises:
        RefusedError: If it does not answer, has no worker, or they cannot import the project.
    """
    for name in ("distributed", "distributed.client"):  # this module says in its own words what matters of theirs
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with dask.config.set(
        {
            "distributed.comm.timeouts.connect": f"{CONNECT_SECONDS}s",
            "distributed.admin.large-graph-warning-threshold": "1GB",  # tables are tasks here
        }
    ):
        try:
            client: Any = _ReplayingClient(address, timeout=CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
        except (OSError, ValueError) as error:
            msg = f"no Dask scheduler answers at {address}: start one, {START}, or run without --env cluster"
            raise RefusedError(msg) from error
        with client:
            _prepare(client, address)
            logger.info("The cluster at %s has %d cores so far", address, sum(client.ncores().values()))
            yield lambda: _calls(client, address)


def _prepare(client: Any, address: str) -> None:
    try:
        client.register_plugin(_ProjectWorker(digest_code()))
        client.wait_for_workers(1, WORKER_SECONDS)
    except ImportError as error:
        msg = f"the workers cannot import {error.name}: start them in this checkout's environment, {START}"
        raise RefusedError(msg) from error
    except TimeoutError as error:
        msg = f"the scheduler at {address} has had no worker for {WORKER_SECONDS} s: start some, {START}"
        raise RefusedError(msg) from error


@contextmanager
def _calls(client: Any, address: str) -> Iterator[None]:
    try:
        with joblib.parallel_config("dask", client=client, wait_for_workers_timeout=WORKER_SECONDS):
            yield
    except RefusedError:
        raise
    except Exception as error:
        if client.status != "running":
            msg = f"the scheduler at {address} is gone: what was finished is kept. Start it, and run the same again"
            raise RefusedError(msg) from error
        raise
