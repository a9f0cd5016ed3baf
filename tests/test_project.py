"""Baked projects do what their README says, on each Python that is here."""

import json
from pathlib import Path

import pytest

import sharing
from baking import AUTHOR, COMBINATIONS, BakedProject

pytestmark = pytest.mark.slow


def test_set_up_check_test_run(combination: BakedProject, tested_already: dict[str, str], tmp_path: Path) -> None:
    project = combination.copy(tmp_path)
    project.make("setup", env=AUTHOR)
    sharing.keep_uv(project.path)
    assert project.run("git", "status", "--porcelain").stdout == ""
    told = project.run(".venv/bin/python", "--version").stdout
    assert told.startswith(f"Python {combination.answers['python_version']}.")
    project.make("check")
    project.make("test", env={} if is_first(combination) else tested_already)
    project.search_less()  # test_demo.py searches as much as the example does
    project.make("run")
    version = json.loads((project.path / "data/06_models/registered_version.json").read_text("utf-8"))
    assert int(version["version"]) == 1
    assert (project.path / "data/08_reporting/report.html").is_file()
    assert json.loads((project.path / "data/08_reporting/metrics.json").read_text("utf-8"))["test_roc_auc"] >= 0.65
    if is_first(combination):
        take_in_the_year(project)


def is_first(combination: BakedProject) -> bool:
    """Whether it is the one in which everything is tried."""
    return combination.answers == next(iter(COMBINATIONS.values()))


def take_in_the_year(project: BakedProject) -> None:
    """Each real month is in the pattern of those before it."""
    history, incoming = project.path / "data/01_raw/flights", project.path / "data/incoming"
    for file in sorted(history.iterdir())[1:]:
        file.rename(incoming / file.name)
    project.make("run", "ARGS=--pipelines=ingestion")
    assert sorted(history.iterdir()) == [history / f"2013-{month:02}.parquet" for month in range(1, 13)]
