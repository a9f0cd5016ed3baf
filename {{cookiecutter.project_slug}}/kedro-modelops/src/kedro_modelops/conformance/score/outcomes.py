"""Outcomes of the tests that points rest on: they are run once for each state of the project's files."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

from kedro_modelops.conformance.shipped import digest

FILE = "build/score/tests.json"
TESTS = ("tests/unit", "tests/test_run.py")
CONCERNED = ("src/", "tests/", "conf/", "kedro-modelops/src/", "requirements/", "pyproject.toml")


class Outcomes(NamedTuple):
    """What became of tests.

    Attributes:
        passed: Names of tests that passed, such as `tests.test_run.TestRun::test_one_attempt_is_one_run`.
        failed: Of those that did not.
        coverage: Share of lines and branches that the tests in `tests/unit` and the run reach, by module.
    """

    passed: list[str]
    failed: list[str]
    coverage: dict[str, float]


def read_outcomes(project: Path, package: str, files: Iterable[str]) -> Outcomes:
    """Reads what is known for the files as they are, or runs the tests."""
    state, known = state_of(project, files), project / FILE
    if known.is_file() and (kept := json.loads(known.read_text("utf-8")))["state"] == state:
        return Outcomes(**kept["outcomes"])
    found = run_tests(project, package)
    known.parent.mkdir(parents=True, exist_ok=True)
    known.write_text(json.dumps({"state": state, "outcomes": found._asdict()}, indent=2), "utf-8")
    return found


def state_of(project: Path, files: Iterable[str]) -> int:
    """A digest of the files that tests depend on."""
    known = hashlib.sha256()
    for path in files:
        if path.startswith(CONCERNED):
            known.update(f"{path} {digest((project / path).read_bytes())}\n".encode())
    return int.from_bytes(known.digest()[:6], "big")


def run_tests(project: Path, package: str) -> Outcomes:
    """Runs them, in a process of their own."""
    folder = project / "build" / "score"
    folder.mkdir(parents=True, exist_ok=True)
    report, coverage = folder / "tests.xml", folder / "coverage.json"
    for file in (report, coverage):
        file.unlink(missing_ok=True)
    paths = [path for path in TESTS if (project / path).exists()]
    options = ["-q", "-p", "no:cacheprovider", f"--junitxml={report}", f"--cov={package}"]
    command = [sys.executable, "-m", "pytest", *options, f"--cov-report=json:{coverage}", "--cov-fail-under=0", *paths]
    subprocess.run(command, cwd=project, capture_output=True, check=False)  # noqa: S603  (the project's own tests)
    passed: list[str] = []
    failed: list[str] = []
    for case in ET.parse(report).iter("testcase") if report.is_file() else ():  # noqa: S314  (the same)
        bad = any(case.find(kind) is not None for kind in ("failure", "error", "skipped"))
        (failed if bad else passed).append(f"{case.get('classname')}::{case.get('name')}")
    reached = json.loads(coverage.read_text("utf-8"))["files"] if coverage.is_file() else {}
    shares = {path: file["summary"]["percent_covered"] / 100 for path, file in reached.items()}
    return Outcomes(passed, failed, shares)
