"""The plugin passes its own checks and tests, in a project that was baked with the example."""

import re
from pathlib import Path

import pytest

from baking import ROOT, BakedProject
from conftest import Bake

pytestmark = pytest.mark.slow

SUITE = ROOT / "tests" / "plugin"
ROOMS = {path.name for path in SUITE.iterdir() if any(path.glob("test_*.py"))}
PARTS = [
    ["end_to_end", "sessions", "snapshots", "stages"],
    ["gates", "registry", "release", "tracking"],
    ["models", "predictions", "serving", "telemetry"],
]
PARTS.append(sorted(ROOMS.difference(*PARTS)))
"""Rooms whose tests run in one process: it imports, trains and makes databases once."""
LONG = (
    "distribution/test_cluster.py::test_a_scheduler_that_dies_ends_the_run_in_a_sentence",
    "distribution/test_cluster.py::test_a_worker_that_is_killed_changes_nothing[evaluation",
    "distribution/test_cluster.py::test_a_worker_that_is_killed_changes_nothing[search",
    "end_to_end/test_reproduce.py",
    "end_to_end/test_stages.py",
    "gates/test_switches.py::test_tests_of_a_project_fail_when_gates_are_switched_off",
    "registry/test_promotion.py::test_twenty_promotions_at_once_leave_one_chain",
    "serving/test_store.py::test_killed_twenty_times_under_load_it_has_lost_no_answer",
    "serving/test_switch.py::test_fifty_switches_under_load_lose_no_request",
    "shared_repository/test_moved_project.py::test_a_version_of_the_folder_is_clean_where_the_other_project_is_not",
    "updates/test_update_matrix.py::test_each_edit_meets_each_change",
)
"""Tests that train again and again, or repeat something under load, for minutes, by their ids below pytest.ini."""
SAME_ORDER = "--randomly-seed=1"
"""What fails is of the change that is tested, and fails again; an exhaustive run draws an order of its own."""
COVERED = 90
"""Per cent of the plugin's lines and branches that its tests have to execute."""


@pytest.fixture(scope="session")
def project(bake: Bake, tmp_path_factory: pytest.TempPathFactory) -> BakedProject:
    """The example, set up; once in each process."""
    project = bake().copy(tmp_path_factory.mktemp("plugin"))
    project.set_up()
    return project


def pytest_in(project: BakedProject, *arguments: str | Path) -> None:
    """Runs tests of the plugin with the project's Python, in its folder."""
    project.run(".venv/bin/pytest", "-c", SUITE / "pytest.ini", "-p", "no:cacheprovider", *arguments)


@pytest.mark.parametrize("part", PARTS, ids="-".join)
def test_its_tests_pass(part: list[str], project: BakedProject, request: pytest.FixtureRequest) -> None:
    quicker = [] if request.config.option.exhaustive else [SAME_ORDER, *(f"--deselect={name}" for name in LONG)]
    pytest_in(project, *(SUITE / room for room in part), *quicker)


@pytest.mark.exhaustive
def test_its_tests_cover_it(project: BakedProject) -> None:
    pytest_in(project, SUITE, "--cov=kedro_modelops", "--cov-branch", f"--cov-fail-under={COVERED}")


def test_it_passes_its_own_checks(project: BakedProject) -> None:
    for command in ("ruff check .", "ruff format --check .", "mypy", "lint-imports"):
        tool, *arguments = command.split()
        BakedProject(project.path / "kedro-modelops", project.answers).run(f"../.venv/bin/{tool}", *arguments)


def test_it_names_no_project_and_has_no_jinja(bake: Bake) -> None:
    one, other = (bake(**answers).path / "kedro-modelops" for answers in ({}, {"project_name": "Night Trains"}))
    texts = [
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (one, other)
    ]
    assert texts[0] == texts[1]
    named = re.compile(rb"\bflights?\b|flight.delays|\{[{%][^}]*cookiecutter", re.IGNORECASE)
    assert [name for name, text in texts[0].items() if named.search(text)] == []
