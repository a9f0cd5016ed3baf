"""Bake the example into build/demo, run its whole pipeline, which shows what came out, and say where to look."""

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE / "build" / "demo"
PROJECT = OUT / "flight-delays"


def main() -> None:
    """Start afresh: the folder of the last demo goes first."""
    shutil.rmtree(OUT, ignore_errors=True)
    for command in (
        [sys.executable, "-m", "cookiecutter", str(HERE), "--no-input", "--output-dir", str(OUT)],
        ["make", "--no-print-directory", "-C", str(PROJECT), "setup"],
        ["make", "--no-print-directory", "-C", str(PROJECT), "run"],
    ):
        if code := subprocess.run(command, check=False).returncode:
            sys.exit(code)
    print(f"Report: {PROJECT / 'data' / '08_reporting' / 'report.html'} (open it in a browser)")
    print(f"MLflow: make -C {PROJECT.relative_to(HERE).as_posix()} ui")


if __name__ == "__main__":
    main()
