"""One writer at a time, where the registry is on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager

import mlflow
from filelock import FileLock, Timeout

from kedro_modelops.errors import RefusedError
from kedro_modelops.tracking.embedded_store import EMBEDDED

PATIENCE = 60
"""Seconds that a promotion waits for another one."""


@contextmanager
def lock() -> Iterator[None]:
    """Keeps a lock beside an embedded store. On a server the comparison with where the promotion began has to do.

    Raises:
        RefusedError: If somebody else has held it for `PATIENCE`.
    """
    uri = mlflow.get_tracking_uri()
    if not uri.startswith(EMBEDDED):
        yield
        return
    try:
        with FileLock(f"{uri.removeprefix(EMBEDDED)}.lock", timeout=PATIENCE):
            yield
    except Timeout as error:
        msg = f"another promotion has been at work for {PATIENCE} seconds; nothing was changed, try again later"
        raise RefusedError(msg) from error
