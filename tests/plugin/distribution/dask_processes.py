"""A Dask scheduler and workers, each a process on an address of its own, of 127.0.0.0/8."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from distributed import Client
from dying import DIED

DASK = Path(sys.executable).with_name("dask")
PATIENCE = 300


class Cluster:
    """Processes, which end with the test.

    Attributes:
        address: Of the scheduler.
        scheduler: Its process.
        died: The folder that says in which stages a worker was killed.
        packages: A folder whose packages workers import; it is not there when they start.
    """

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        """Starts a scheduler on a free port."""
        self._folder, self._stack = folder, stack
        self._file, self.died, self.packages = folder / "scheduler.json", folder / "died", folder / "packages"
        self.died.mkdir()
        self.scheduler = self._start("scheduler", "--host", "127.0.0.11", "--port", "0", "--no-dashboard")
        deadline = time.monotonic() + PATIENCE
        while not (self._file.exists() and self._file.read_text("utf-8").endswith("}")):
            assert time.monotonic() < deadline, (folder / "scheduler.log").read_text("utf-8")
            time.sleep(0.1)
        self.address = str(json.loads(self._file.read_text("utf-8"))["address"])

    def add_worker(self, number: int) -> None:
        """Starts a worker; one that is killed stays away, and the others do its work."""
        options = ("--no-nanny", "--nthreads", "1", "--no-dashboard", "--local-directory", str(self._folder))
        self._start("worker", "--host", f"127.0.0.{20 + number}", *options)

    def _start(self, kind: str, *options: str) -> "subprocess.Popen[bytes]":
        paths = os.pathsep.join([str(Path(__file__).parent), str(self.packages), os.environ.get("PYTHONPATH", "")])
        env = os.environ | {"PYTHONPATH": paths, DIED: str(self.died), "OMP_NUM_THREADS": "1"}
        log = self._stack.enter_context((self._folder / f"{kind}.log").open("ab"))
        process = subprocess.Popen(
            [DASK, kind, "--scheduler-file", self._file, *options], env=env, stdout=log, stderr=log
        )
        self._stack.callback(end, process)
        return process


def end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def started(folder: Path, workers: int) -> Iterator[Cluster]:
    """A scheduler, and so many workers."""
    folder.mkdir()
    with ExitStack() as stack:
        cluster = Cluster(folder, stack)
        for number in range(workers):
            cluster.add_worker(number)
        with Client(cluster.address, timeout=PATIENCE, set_as_default=False) as client:
            client.wait_for_workers(workers, PATIENCE)  # joblib makes calls here where there is one core
        yield cluster
