"""Memory and time of the pipelines at many times the year, as ratios to the year itself; takes hours."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from contest import ENVIRONMENT, HERE

SOURCE = Path(os.environ.get("BENCH_FLIGHTS", "data/full/flights")).absolute()
"""Where the whole year lies, which the template does not ship: a file for each month."""
YEARS = (1, 10, 100)
TRAINS = "training"
"""On rows whose number does not grow: its time is not compared."""
PIPELINES = ("data_processing", "inference", TRAINS)
SCORES = ("data/07_model_output/scores", "data/08_reporting/scores")
SPLIT = "  max_rows: 200000\n"
"""Added to the parameters of the split: what is trained on has one size."""


class Cost(NamedTuple):
    """What a command took.

    Attributes:
        seconds: Of processors, which other work on the machine leaves nearly alone.
        peak: Resident memory, MB.
    """

    seconds: float
    peak: float


def table(project: Path, package: str, source: Path = SOURCE, sizes: tuple[int, ...] = YEARS) -> Iterator[str]:
    """Rows of the benchmark table, for a project in which a version serves; its raw data are replaced."""
    python, kedro = project / ".venv/bin/python", project / ".venv/bin/kedro"
    with (project / "conf/base/parameters_data_processing.yml").open("a", encoding="utf-8") as parameters:
        parameters.write(SPLIT)
    first: dict[str, Cost] = {}
    for years in sizes:
        cost(project, python, HERE / "shifted_years.py", package, years, source)
        for scores in SCORES:
            shutil.rmtree(project / scores, ignore_errors=True)  # what is scored is not scored again
        for pipeline in PIPELINES:
            found = cost(project, kedro, "run", f"--pipelines={pipeline}")
            usual = first.setdefault(pipeline, found)
            what = f"{pipeline} at {years} times the year | the year"
            yield _row(f"peak memory, {what}", (found.peak, usual.peak), " MB", 1.3)
            if pipeline != TRAINS:
                yield _row(f"CPU time a year, {what}", (found.seconds / years, usual.seconds), " s", 1.1)


def _row(what: str, figures: tuple[float, float], unit: str, target: float) -> str:
    many, one = figures
    return f"| {what} | {many:.1f}{unit} | {one:.1f}{unit} | **{many / one:.2f}** | ≤ {target} |"


def cost(project: Path, *command: object) -> Cost:
    """Runs a command in a project.

    Raises:
        RuntimeError: If it fails; its output is in `scale.log` there.
    """
    with (project / "scale.log").open("a", encoding="utf-8") as log:
        log.write(f"{time.strftime('%H:%M:%S')} {' '.join(map(str, command))}\n")
        log.flush()
        process = subprocess.Popen(
            [str(part) for part in command], cwd=project, env=ENVIRONMENT, stdout=log, stderr=log
        )
        _, status, usage = os.wait4(process.pid, 0)  # of this child alone, as `resource.getrusage` is not
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        message = f"{command} failed: {project / 'scale.log'} says why"
        raise RuntimeError(message)
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
