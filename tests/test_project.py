"""Baked projects do what their README says, on each Python that is here."""

import json
from pathlib import Path

import pytest

from baking import AUTHOR, COMBINATIONS, BakedProject

pytestmark = pytest.mark.slow


def test_set_up_check_test_run(combination: BakedProject, tested_already: dict[str, str], tmp_path: Path) -> None:
    project = combination.copy(tmp_path)
    project.make("setup", env=AUTHOR)
    assert project.run("git", "status", "--porcelain").stdout == ""
    told = project.run(".venv/bin/python", "--version").stdout
    assert told.startswith(f"Python {combination.answers['python_version']}.")
    project.make("check")
    project.make("test", env={} if combination.answers == next(iter(COMBINATIONS.values())) else tested_already)
    project.make("run")
    version = json.loads((project.path / "data/06_models/registered_version.json").read_text("utf-8"))
    assert int(version["version"]) == 1
    assert (project.path / "data/08_reporting/report.html").is_file()
    assert json.loads((project.path / "data/08_reporting/metrics.json").read_text("utf-8"))["test_roc_auc"] >= 0.65
