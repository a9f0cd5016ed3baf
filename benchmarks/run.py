"""Speed against named peers, as ratios in one run: `make bench` prints the table.

Each pair of commands runs in turn, A B A B, after one warm-up of each; the median of the pairwise ratios is what
counts, so that a machine whose speed drifts does not decide.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import containers
import serving

from images import has_engine

HERE = Path(__file__).resolve().parent
TEMPLATE = HERE.parent
BUILD = TEMPLATE / "build" / "bench"
PROJECT = BUILD / "flight-delays"
BIN = PROJECT / ".venv" / "bin"
PACKAGE = "flight_delays"
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "MLFLOW_TRACKING_URI"}}
ENVIRONMENT |= {"DO_NOT_TRACK": "1", "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}

TRIVIAL_PIPELINE = '''"""One node that does nothing."""

from kedro.pipeline import Node, Pipeline


def do_nothing(problem: object) -> bool:
    """Looks at a parameter."""
    return bool(problem)


def create_pipeline() -> Pipeline:
    """Wires the node."""
    return Pipeline([Node(do_nothing, "params:problem", "nothing", name="do_nothing")])
'''


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


def four_trivial_stages(folder: Path) -> None:
    """A bare DVC repository whose four stages copy a file, all done."""
    stages = "".join(f"  s{i}:\n    cmd: cp f{i} f{i + 1}\n    deps: [f{i}]\n    outs: [f{i + 1}]\n" for i in range(4))
    folder.mkdir(parents=True)
    (folder / "dvc.yaml").write_text(f"stages:\n{stages}", encoding="utf-8")
    (folder / "f0").write_text("something", encoding="utf-8")
    for arguments in (["git", "init", "--quiet"], [BIN / "dvc", "init", "--quiet"], [BIN / "dvc", "repro", "--quiet"]):
        command(*arguments, cwd=folder)()


def contests(scratch: Path) -> list[Contest]:
    """The table's rows; the project has been set up."""
    python, kedro, dvc = BIN / "python", BIN / "kedro", BIN / "dvc"
    bake = [sys.executable, "-m", "cookiecutter", TEMPLATE, "--no-input", "--output-dir", scratch / "ours"]
    new = [kedro, "new", "--name", "Spaceflights", "--tools", "none", "--example", "n"]
    bare = scratch / "bare"
    four_trivial_stages(bare)
    command(dvc, "repro")()
    return [
        Contest(
            "bake",
            "`kedro new`, the plain Kedro template",
            command(*bake, cwd=scratch, fresh=scratch / "ours"),
            command(*new, cwd=scratch, fresh=scratch / "spaceflights"),
            1.0,
        ),
        Contest(
            "`kedro run`, whole default pipeline",
            "a plain script that does the same pandas and scikit-learn work",
            command(kedro, "run"),
            command(python, HERE / "plain_script.py", PACKAGE),
            1.35,
            runs=3,
        ),
        Contest(
            "`kedro run` of an empty pipeline",
            '`python -c "import kedro, mlflow, pandas"`',
            command(kedro, "run", "--pipelines=trivial"),
            command(python, "-c", "import kedro, mlflow, pandas"),
            1.5,
        ),
        Contest(
            "`dvc repro` with nothing to do",
            "four trivial stages in a bare DVC repository",
            command(dvc, "repro"),
            command(dvc, "repro", cwd=bare),
            1.2,
        ),
    ]


def main() -> None:
    """Prints the table."""
    shutil.rmtree(BUILD, ignore_errors=True)
    BUILD.mkdir(parents=True)
    demo = seconds(command("make", "demo", cwd=TEMPLATE))
    command(sys.executable, "-m", "cookiecutter", TEMPLATE, "--no-input", "--output-dir", BUILD, cwd=BUILD)()
    command("make", "setup")()
    trivial = PROJECT / "src" / PACKAGE / "pipelines" / "trivial"
    with tempfile.TemporaryDirectory() as scratch:
        rows = contests(Path(scratch))
        trivial.mkdir()
        (trivial / "__init__.py").write_text(TRIVIAL_PIPELINE, encoding="utf-8")
        print("| measure | against | ours | theirs | ratio | to reach |\n| --- | --- | --- | --- | --- | --- |")
        for contest in rows:
            print(contest.row(), flush=True)
    for row in serving.table(PROJECT, PACKAGE, BUILD / "serving"):
        print(row, flush=True)
    if has_engine():
        for row in containers.table(PROJECT, BUILD / "serving"):
            print(row, flush=True)
    print(f"| `make demo`, to a registered model | | {demo:.0f} s | | | |")


if __name__ == "__main__":
    main()
