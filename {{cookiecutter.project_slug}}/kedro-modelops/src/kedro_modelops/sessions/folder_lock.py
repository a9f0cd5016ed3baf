"""Locks of a project's folder. They end with the process that holds them, however it ends."""

import logging
from pathlib import Path

from filelock import FileLock, Timeout

from kedro_modelops.errors import RefusedError

logger = logging.getLogger(__name__)


def acquire(path: Path) -> FileLock:
    """Waits for a lock, and says so.

    Raises:
        RefusedError: If the folder cannot be written to.
    """
    lock = FileLock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        logger.warning("Another run writes to %s: this one waits until it has ended. Ctrl-C gives up.", path.parent)
        lock.acquire()
    except OSError as error:
        msg = f"{path.parent} cannot be written to: {error.strerror}"
        raise RefusedError(msg) from error
    return lock
