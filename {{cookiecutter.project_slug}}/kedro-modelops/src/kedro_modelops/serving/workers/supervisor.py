"""The parent of the workers: starts them, replaces one that ends, and ends them all."""

import asyncio
import logging
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from prometheus_client.multiprocess import mark_process_dead

from kedro_modelops.errors import RefusedError
from kedro_modelops.serving.settings import Settings
from kedro_modelops.serving.workers.figures import FIGURES
from kedro_modelops.serving.workers.member import Member
from kedro_modelops.serving.workers.worker import Worker
from kedro_modelops.sessions.tracebacks import own_lines

logger = logging.getLogger(__name__)

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
"""Set to 1 unless they say otherwise: threads of several workers would wait for each other's cores."""
PAUSE = 1.0
"""Seconds until a worker that has ended is replaced."""
Serve = Callable[[Settings, Worker], Any]
"""Serves until it is told to stop; it can be pickled, since a worker is a new process and inherits nothing."""


def supervise(settings: Settings, serve: Serve) -> int:
    """Serves with several processes until told to stop by SIGTERM or SIGINT.

    The first worker shows that the service can run; the others start when it answers.

    Args:
        settings: With how many `workers`, and where they listen.
        serve: What a worker does.

    Returns:
        0, or the exit code of the first worker where that cannot serve; it has said why.

    Raises:
        RefusedError: If nothing can listen there.
    """
    with ExitStack() as stack:
        listener = stack.enter_context(_bind(settings.host, settings.port))
        for name in THREADS:
            os.environ.setdefault(name, "1")
        os.environ[FIGURES] = stack.enter_context(tempfile.TemporaryDirectory(prefix="prediction-service-"))
        return asyncio.run(Supervisor(settings, serve, listener).run())


def _bind(host: str, port: int) -> socket.socket:
    """A socket that does not listen yet: nobody shall connect before a worker answers."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        msg = f"nothing can listen at port {port} of {host} ({error.strerror}): set SERVING_HOST and SERVING_PORT"
        raise RefusedError(msg) from error
    return listener


class Supervisor:
    """Keeps as many workers as are wanted."""

    def __init__(self, settings: Settings, serve: Serve, listener: socket.socket) -> None:
        """Takes the settings, what a worker does, and the socket that all of them share."""
        self._settings, self._serve, self._listener = settings, serve, listener
        self._members: set[Member] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def run(self) -> int:
        """Returns when all workers have ended, as `supervise` does."""
        for how in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(how, self._stop)
        host, port = self._listener.getsockname()[:2]
        first = self._start()
        if not await first.ready:
            return 0 if self._stopping else await first.ended
        others = [] if self._stopping else [self._start() for _ in range(self._settings.workers - 1)]
        keeping = asyncio.gather(*map(self._keep, [first, *others]))
        if all(await asyncio.gather(*(member.ready for member in others))) and not self._stopping:
            logger.info("all workers serve", extra={"workers": len(self._members), "address": f"{host}:{port}"})
        await keeping
        return 0

    def _stop(self) -> None:
        """Has the workers finish what they have accepted, and accept nothing more."""
        self._stopping = True
        self._listener.close()
        for member in self._members:
            member.process.terminate()

    def _start(self) -> Member:
        spawn = multiprocessing.get_context("spawn")  # no threads and connections of ours, which a fork would break
        ours, theirs = spawn.Pipe()
        process = spawn.Process(target=_work, args=(self._serve, self._settings, self._listener, theirs))
        with theirs:
            process.start()
        member = Member(process, ours, self._refresh_others)
        self._members.add(member)
        return member

    async def _keep(self, member: Member) -> None:
        """Replaces a worker whenever it ends, until all are to stop."""
        while True:
            code = await member.ended
            self._members.discard(member)
            mark_process_dead(member.process.pid)  # type: ignore[no-untyped-call]  # of prometheus_client
            if not self._stopping:
                logger.error("a worker has ended and is replaced", extra={"exit_code": code})
                await asyncio.sleep(PAUSE)
            if self._stopping:
                return
            member = self._start()

    def _refresh_others(self, asker: Member) -> None:
        task = asyncio.create_task(self._tell(asker))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell(self, asker: Member) -> None:
        asker.tell(await asyncio.gather(*(member.refresh() for member in self._members if member is not asker)))


def _work(serve: Serve, settings: Settings, listener: socket.socket, connection: Any) -> None:
    try:
        serve(settings, Worker(listener, connection))
    except RefusedError as error:
        sys.exit(str(error))
    except Exception as error:
        sys.exit(own_lines(error) or repr(error))
