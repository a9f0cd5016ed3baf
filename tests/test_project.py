"""Baked projects do what their README says, on each Python that is here."""

import json
from pathlib import Path

import pytest

from baking import AUTHOR, COMBINATIONS, BakedProject
from github import QUICK

pytestmark = pytest.mark.slow


def test_set_up_check_test_run(combination: BakedProject, tested_already: dict[str, str], tmp_path: Path) -> None:
    project = combination.copy(tmp_path)
    project.make("setup", env=AUTHOR)
    assert project.run("git", "status", "--porcelain").stdout == ""
    told = project.run(".venv/bin/python", "--version").stdout
    assert told.startswith(f"Python {combination.answers['python_version']}.")
    project.make("check")
    project.make("test", env=left_out(combination, tested_already))
    if tested_already and not is_first(combination):
        project.search_less()
    project.make("run")
    version = json.loads((project.path / "data/06_models/registered_version.json").read_text("utf-8"))
    assert int(version["version"]) == 1
    assert (project.path / "data/08_reporting/report.html").is_file()
    assert json.loads((project.path / "data/08_reporting/metrics.json").read_text("utf-8"))["test_roc_auc"] >= 0.65
    if is_first(combination):
        take_in_the_year(project)


LONG = (
    "end_to_end/test_reproduce.py",
    "end_to_end/test_stages.py",
    "gates/test_switches.py::test_this_suite_fails_when_gates_are_switched_off",
    "registry/test_promotion.py::test_twenty_promotions_at_once_leave_one_chain",
    "serving/test_store.py::test_killed_twenty_times_under_load_it_has_lost_no_answer",
    "serving/test_switch.py::test_fifty_switches_under_load_lose_no_request",
)
"""Tests that train again and again, or repeat something under load, for minutes."""


def left_out(combination: BakedProject, tested_already: dict[str, str]) -> dict[str, str]:
    """All tests but those run in the first project, elsewhere the conventions'; all everywhere with --exhaustive."""
    if not tested_already:
        return {}
    if not is_first(combination):
        return QUICK
    return {"PYTEST_ADDOPTS": " ".join(f"--deselect=tests/{name}" for name in LONG)}


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
