"""Two Dask workers against one, each with a thread, on this machine."""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from contest import BIN, ENVIRONMENT, HERE, PACKAGE, PROJECT

TIMES, RUNS, PATIENCE = 10, 3, 120
"""How often each month is computed; pairs of runs; seconds until a scheduler listens."""
TARGET = 1.7
ONE_THREAD = {"OMP_NUM_THREADS": "1"}


def table(times: int = TIMES, runs: int = RUNS) -> Iterator[str]:
    """Rows of the benchmark table, for a project that is trained."""
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        two, one = (stack.enter_context(started(Path(scratch, str(workers)), workers)) for workers in (2, 1))
        pairs = [(_seconds(two, times), _seconds(one, times)) for _ in range(runs)]
    for number, what in enumerate((f"data processing, each month {times} times", "the search")):
        ours, theirs = (statistics.median(side[number] for side in sides) for sides in zip(*pairs, strict=True))
        ratio = statistics.median(one[number] / two[number] for two, one in pairs)
        yield f"| {what}, two Dask workers | one | {ours:.1f} s | {theirs:.1f} s | **{ratio:.2f}** | ≥ {TARGET} |"


@contextmanager
def started(folder: Path, workers: int) -> Iterator[tuple[str, int]]:
    """The address of a scheduler, and its number of workers; they are idle until they are asked."""
    folder.mkdir()
    file, environment = folder / "scheduler.json", ENVIRONMENT | ONE_THREAD
    common = ("--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", file)
    worker = ("worker", "--nthreads", "1", "--no-nanny", "--local-directory", folder)
    with ExitStack() as stack, (folder / "log").open("wb") as log:
        for words in [("scheduler", "--port", "0"), *[worker] * workers]:
            command = [str(word) for word in (BIN / "dask", *words, *common)]
            process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=log, stderr=log)
            stack.callback(process.wait)
            stack.callback(process.terminate)
            _await(file, folder / "log")
        yield json.loads(file.read_text("utf-8"))["address"], workers


def _await(file: Path, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not (file.exists() and file.read_text("utf-8").endswith("}")):
        if time.monotonic() > deadline:
            sys.exit(f"the scheduler does not start:\n{log.read_text('utf-8')[-2000:]}")
        time.sleep(0.1)


def _seconds(cluster: tuple[str, int], times: int) -> list[float]:
    """Of data processing and of the search."""
    command = [str(word) for word in (BIN / "python", HERE / "workload.py", PACKAGE, *cluster, times)]
    environment = ENVIRONMENT | ONE_THREAD
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return [float(word) for word in done.stdout.splitlines()[-1].split()]  # after what was logged
