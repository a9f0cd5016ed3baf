"""The project that is measured, and how two commands are timed against each other."""

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
TEMPLATE = HERE.parent
BUILD = TEMPLATE / "build" / "bench"
PROJECT = BUILD / "flight-delays"
BIN = PROJECT / ".venv" / "bin"
PACKAGE = "flight_delays"
THEIRS = {"ARGS", "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MLFLOW_TRACKING_URI", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV"}
"""What stays with the shell and `make bench`; without bytecode, each start would compile all that it imports."""
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in THEIRS}
ENVIRONMENT |= {"DO_NOT_TRACK": "1", "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}


@dataclass(frozen=True)
class Contest:
    """Two commands that are timed in turn, and the ratio that is aimed at."""

    what: str
    against: str
    ours: Callable[[], None]
    peers: Callable[[], None]
    target: float
    runs: int = 5

    def row(self) -> str:
        """Runs the contest; a row of the table."""
        self.ours()
        self.peers()
        pairs = [(seconds(self.ours), seconds(self.peers)) for _ in range(self.runs)]
        ours, peers = (statistics.median(side) for side in zip(*pairs, strict=True))
        ratio = statistics.median(mine / theirs for mine, theirs in pairs)
        return f"| {self.what} | {self.against} | {ours:.2f} s | {peers:.2f} s | **{ratio:.2f}** | ≤ {self.target} |"


def seconds(run: Callable[[], None]) -> float:
    """Wall-clock time of a call."""
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


def command(*arguments: object, cwd: Path = PROJECT, fresh: Path | None = None) -> Callable[[], None]:
    """A function that runs a command; `fresh` is a folder that it makes, and that goes before each run."""

    def run() -> None:
        if fresh:
            shutil.rmtree(fresh, ignore_errors=True)
        done = subprocess.run(
            [str(argument) for argument in arguments],
            cwd=cwd,
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(f"{' '.join(map(str, arguments))} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")

    return run
