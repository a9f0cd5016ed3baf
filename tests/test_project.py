"""Baked projects do what their README says, on each Python that is here."""

import json
from pathlib import Path

import pytest

from baking import AUTHOR, PYTHONS, BakedProject, run

pytestmark = pytest.mark.slow


def test_set_up_check_test_run(combination: BakedProject, tmp_path: Path) -> None:
    project = combination.copy(tmp_path)
    project.make("setup", env=AUTHOR)
    assert project.run("git", "status", "--porcelain").stdout == ""
    told = project.run(".venv/bin/python", "--version").stdout
    assert told.startswith(f"Python {combination.answers['python_version']}.")
    project.make("check")
    project.make("test")
    project.make("run")
    version = json.loads((project.path / "data/06_models/registered_version.json").read_text("utf-8"))
    assert int(version["version"]) == 1
    assert (project.path / "data/08_reporting/report.html").is_file()
    assert json.loads((project.path / "data/08_reporting/metrics.json").read_text("utf-8"))["test_roc_auc"] >= 0.65


def test_the_demo_runs_where_git_knows_nobody(template: Path, tmp_path: Path) -> None:
    run("git", "clone", "--quiet", template, tmp_path / "clone", cwd=tmp_path)
    told = run("make", f"PYTHON={next(iter(PYTHONS.values()))}", "demo", cwd=tmp_path / "clone").stdout
    shown = told[told.rindex("\nRegistered: ") :].splitlines()
    assert shown[1] == "Registered: flight-delays, version 1"
    assert any(line.split()[0] == "test_roc_auc" for line in shown[2:])
    assert Path(shown[-2].removeprefix("Report: ").removesuffix(" (open it in a browser)")).is_file()
    assert shown[-1] == "MLflow: make -C build/demo/flight-delays ui"
