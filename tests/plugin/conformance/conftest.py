"""Copies of the whole project, in git, that a test may spoil: as it is, and after a run."""

import json
import shutil
from pathlib import Path

import pytest
from kedro.framework.startup import bootstrap_project
from kedro_modelops.conformance.score.infrastructure import WHOLE_RUN
from kedro_modelops.conformance.score.outcomes import FILE
from kedro_modelops.testing.commands import PROJECT, enter_copy, git

KNOWN = 1
"""The state for which outcomes of tests are known."""


@pytest.fixture(scope="session")
def complete(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All files of the project that git would keep."""
    bootstrap_project(PROJECT)
    folder = tmp_path_factory.mktemp("complete") / "project"
    listed = git(PROJECT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in listed:
        if name and (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, folder / name)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", "--all")
    return folder


@pytest.fixture
def spoilable(complete: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, in which the test runs."""
    return enter_copy(complete, tmp_path, monkeypatch)


@pytest.fixture(scope="session")
def scored(trained: Path, complete: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project after a run on a few rows, with what only the whole project has, and outcomes of its tests."""
    folder = tmp_path_factory.mktemp("scored") / "project"
    shutil.copytree(trained, folder, symlinks=True)
    for file in complete.rglob("*"):
        target = folder / file.relative_to(complete)
        if file.is_file() and ".git" not in file.parts and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)
    limits = folder / "conf/base/parameters_monitoring.yml"
    slow = limits.read_text().replace("latency_p99_ms: 500", "latency_p99_ms: 60000")  # machines of tests are busy
    limits.write_text(slow.replace("cost_per_thousand: 0.01", "cost_per_thousand: 1"))
    importances = folder / "data/08_reporting/importances.csv"
    importances.write_text(importances.read_text().replace("False", "True", 1))  # a few rows show no use
    outcomes = {
        "passed": [f"tests.test_run.TestRun{WHOLE_RUN}", "tests.unit.test_features::test_something"],
        "failed": [],
        "coverage": {"src/flight_delays/features.py": 0.98},
    }
    (folder / FILE).parent.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(json.dumps({"state": KNOWN, "outcomes": outcomes}))
    git(folder, "add", "--all")
    return folder


@pytest.fixture
def ran(scored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, in which the test runs; its tests are not run anew, whatever is spoiled."""
    monkeypatch.setattr("kedro_modelops.conformance.score.outcomes.state_of", lambda *_: KNOWN)
    return enter_copy(scored, tmp_path, monkeypatch)
