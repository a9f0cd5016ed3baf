"""Bake the example into build/demo, run its whole pipeline, and show what came out and where to look."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE / "build" / "demo"
PROJECT = OUT / "flight-delays"


def read(name: str) -> dict[str, object]:
    """Read a JSON file that the pipeline has written."""
    content: dict[str, object] = json.loads((PROJECT / "data" / name).read_text("utf-8"))
    return content


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
    version, metrics = read("06_models/registered_version.json"), read("08_reporting/metrics.json")
    print(f"\nRegistered: {version['name']}, version {version['version']}")
    for name, value in metrics.items():
        print(f"  {name:32} {value if isinstance(value, int) else f'{value:.4g}'}")
    print(f"Report: {PROJECT / 'data' / '08_reporting' / 'report.html'} (open it in a browser)")
    print(f"MLflow: make -C {PROJECT.relative_to(HERE).as_posix()} ui")


if __name__ == "__main__":
    main()
