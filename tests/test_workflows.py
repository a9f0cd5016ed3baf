"""ci.yml, executed: each step is real, and the few actions have named stand-ins."""

import os
from pathlib import Path

import pytest

from baking import COMBINATIONS, PYTHONS
from conftest import Bake
from expressions import Evaluator
from github import QUICK, GitHub, Jobs, results, told
from images import NEEDS_ENGINE, take_what_is_here

pytestmark = [pytest.mark.slow, NEEDS_ENGINE]
CHECKED_ALREADY = {"SKIP": "ruff,ruff-format,mypy,import-linter,conventions,codespell,detect-secrets"}
"""Hooks that need not run once more on the same files."""


@pytest.fixture
def github(bake: Bake, evaluator: Evaluator, tmp_path: Path) -> GitHub:
    """A new project that was set up and pushed; its CI runs on one Python that is here."""
    project = bake(**COMBINATIONS["laptop"], project_slug="night-flights").copy(tmp_path / "home")
    take_what_is_here(project.path)
    project.set_up()
    github = GitHub(project, evaluator, tmp_path / "github", only={"python": [list(PYTHONS)[-1]]})
    github.machine |= {"SERVE_IMAGE": f"test-workflows-{os.getpid()}"} | QUICK
    return github


def test_a_push_is_checked_tested_run_and_tried_as_an_image(github: GitHub) -> None:
    github.store_data()
    jobs = github.run("ci")
    assert set().union(*results(jobs).values()) == {"success"}, told(jobs)
    (pipeline,) = jobs["pipeline"]
    assert not pipeline.annotations("warning")
    assert "predicts" in pipeline.log
    assert f"Python {list(PYTHONS)[-1]}." in jobs["test"][0].log


SPOILED = """
import pathlib, pandas
path = pathlib.Path("data/01_raw/flights/2013-03.parquet")
flights = pandas.read_parquet(path)
path.unlink()  # it may be a link to what DVC keeps
flights.assign(distance=-flights["distance"]).to_parquet(path)
"""


@pytest.mark.exhaustive
def test_data_that_breaks_its_contract_is_red_and_a_fork_without_secrets_says_what_it_did_not_see(
    github: GitHub,
) -> None:
    github.project.run(".venv/bin/python", "-c", SPOILED)
    github.project.run(".venv/bin/dvc", "add", "data/01_raw/flights")
    github.store_data()
    github.push("Spoil March")
    jobs = github.run("ci", env=CHECKED_ALREADY)
    assert results(jobs) == {
        "check": {"success"},
        "test": {"success"},
        "workflows": {"success"},
        "pipeline": {"failure"},
        "pass": {"failure"},
    }
    assert "2013-03" in told(jobs)
    assert "distance" in told(jobs)
    next((github.home / "runs").glob("*-dvc-remote")).unlink()
    jobs = fork(github)
    assert set().union(*results(jobs).values()) == {"success"}, told(jobs)
    (warning,) = jobs["pipeline"][0].annotations("warning")
    assert "sample in tests/data is judged instead" in warning


def fork(github: GitHub) -> Jobs:
    """CI of a pull request from a fork, which names a cloud that it may not enter."""
    github.variables["AWS_ROLE"] = "arn:aws:iam::1:role/data"
    event = {"pull_request": {"head": {"repo": {"fork": True}}}}
    return github.run("ci", "pull_request", event, CHECKED_ALREADY)
