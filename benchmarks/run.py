"""Speed against named peers, as ratios in one run: `make bench` prints the table.

Each pair of commands runs in turn, A B A B, after one warm-up of each; the median of the pairwise ratios is what
counts, so that a machine whose speed drifts does not decide.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import commands
import containers
import dask_workers
import scale
import serving
from contest import BIN, BUILD, PACKAGE, PROJECT, TEMPLATE, command, seconds

from images import has_engine

HISTORY = TEMPLATE / "build" / "benchmarks.jsonl"
IDENTITY = ("-c", "user.name=Bench", "-c", "user.email=bench@localhost")


def demo() -> Iterator[str]:
    """A row on the first thing that anybody types."""
    took = seconds(command("make", "demo", cwd=TEMPLATE))
    yield f"| `make demo`, to a registered model | | {took:.0f} s | | | |"


def checks() -> Iterator[str]:
    """Rows on what a team types all day, in its project."""
    for cache in (".mypy_cache", ".ruff_cache"):
        shutil.rmtree(PROJECT / cache, ignore_errors=True)
    for what, target in (("check", 40), ("check", 15), ("test", 75)):
        state = {40: ", cold", 15: ", warm"}.get(target, "")
        yield f"| `make {what}`{state} | | {seconds(command('make', what)):.0f} s | | | ≤ {target} s |"


def adoption() -> Iterator[str]:
    """A row on the way from a CSV of 10,000 rows to a registered model of it."""
    with tempfile.TemporaryDirectory() as scratch:
        took = _adopt(Path(scratch))
    yield f"| from `cookiecutter` to a registered model of a CSV of 10,000 rows | | {took:.0f} s | | | ≤ 180 s |"


def _adopt(scratch: Path) -> float:
    table, project = scratch / "visits.csv", scratch / "visits"
    write = (
        "import numpy as np, pandas as pd, sys; draw = np.random.default_rng(1); n = 10_000; "
        "age, calls = draw.integers(18, 90, n), draw.poisson(2, n); "
        "left = draw.random(n) < 1 / (1 + np.exp(2 - 0.5 * calls + 0.02 * (age - 60))); "
        "columns = dict(number=range(n), age=age, calls=calls, plan=draw.choice(list('abc'), n), left=left); "
        "pd.DataFrame(columns).to_csv(sys.argv[1], index=False)"
    )
    command(BIN / "python", "-c", write, table)()
    bake = [sys.executable, "-m", "cookiecutter", TEMPLATE, "--no-input", "--output-dir", scratch]
    steps = [
        command(*bake, "project_name=Visits", cwd=scratch),
        command("make", "setup", cwd=project),
        command("make", "adopt", f"TABLE={table}", "TARGET=left", "ARGS=--yes", cwd=project),
        command("git", "add", "--all", cwd=project),
        command("git", *IDENTITY, "commit", "--quiet", "--message", "Our table", cwd=project),
        command("make", "run", cwd=project),
    ]
    return sum(map(seconds, steps))


def service() -> Iterator[str]:
    """Rows on the prediction service and on batches."""
    train()
    yield from serving.table(PROJECT, PACKAGE, BUILD / "serving")


def images() -> Iterator[str]:
    """Rows on images, where there is an engine to build them."""
    if has_engine():
        train()
        if not (BUILD / "serving").exists():
            serving.prepare(PROJECT, PACKAGE, BUILD / "serving")
        yield from containers.table(PROJECT, BUILD / "serving")


def workers() -> Iterator[str]:
    """Rows on a second worker of a cluster."""
    train()
    yield from dask_workers.table()


def growth() -> Iterator[str]:
    """Rows on what a hundred times the data take; the project's own data are gone then."""
    train()
    command(BIN / "kedro", "model", "promote", "1", "--to", "production", "--reason", "benchmark")()
    yield from scale.table(PROJECT, PACKAGE)


def train() -> None:
    """Trains a model, unless a part before has done so."""
    if not (PROJECT / "mlflow.db").exists():
        command(BIN / "kedro", "run")()


PARTS = {
    "checks": checks,
    "commands": commands.table,
    "adoption": adoption,
    "serving": service,
    "images": images,
    "demo": demo,
    "cluster": workers,
    "scale": growth,
}
HOURS = {"scale"}
"""Parts that are run when they are named."""


def note(part: str, row: str) -> None:
    """Appends a row to the history, which is JSON, a line each."""
    what, against, ours, theirs, ratio, target = (cell.strip().replace("*", "") for cell in row.strip("|").split("|"))
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=TEMPLATE, capture_output=True, text=True, check=False
    )
    entry = {
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "commit": commit.stdout.strip(),
        "part": part,
    }
    entry |= {"measure": what, "against": against, "ours": ours, "theirs": theirs, "ratio": ratio, "target": target}
    with HISTORY.open("a", encoding="utf-8") as history:
        history.write(json.dumps(entry, ensure_ascii=False) + "\n")


def main() -> None:
    """Prints the table, or the parts of it that are named."""
    parser = argparse.ArgumentParser(description=f"Prints a table of ratios; {HISTORY.name} keeps every row.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parts = parser.parse_args().parts or [part for part in PARTS if part not in HOURS]
    if unknown := set(parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}: take {', '.join(PARTS)}")
    shutil.rmtree(BUILD, ignore_errors=True)
    BUILD.mkdir(parents=True)
    command(sys.executable, "-m", "cookiecutter", TEMPLATE, "--no-input", "--output-dir", BUILD, cwd=BUILD)()
    command("make", "setup")()
    print("| measure | against | ours | theirs | ratio | to reach |\n| --- | --- | --- | --- | --- | --- |")
    for part in [name for name in PARTS if name in parts]:
        for row in PARTS[part]():
            print(row, flush=True)
            note(part, row)


if __name__ == "__main__":
    main()
