"""The workflows of a project, executed: each step is real, and the few actions have named stand-ins."""

import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from baking import AUTHOR, COMBINATIONS, PYTHONS, BakedProject, commit, run
from conftest import Bake
from expressions import Evaluator
from images import DOCKER, NEEDS_ENGINE, take_what_is_here
from runner import FailedError, Job, Runner

pytestmark = [pytest.mark.slow, NEEDS_ENGINE]
QUICK = "--no-cov -W 'ignore:Coverage disabled' -k test_conventions"
"""What `make test` runs here: test_project has run all of it."""
CHECKED_ALREADY = {"SKIP": "ruff,ruff-format,mypy,import-linter,dvc-stages,codespell,detect-secrets"}
"""Hooks that need not run once more on the same files."""


@pytest.fixture(scope="module")
def evaluator(tmp_path_factory: pytest.TempPathFactory) -> Evaluator:
    """What computes expressions."""
    return Evaluator.install(tmp_path_factory.mktemp("expressions"))


@dataclass
class Repository:
    """A project on github.com, as far as there is one: what is pushed to it, and what its runners find.

    Attributes:
        project: A clone with data.
        evaluator: Of expressions.
        runs: Folder in which workflows run.
    """

    project: BakedProject
    evaluator: Evaluator
    runs: Path

    def push(
        self, *, with_data: bool = True, event: str = "push", env: dict[str, str] | None = None
    ) -> dict[str, list[Job]]:
        """Starts ci.yml on what is committed; without data, its runners have no access to the DVC remote."""
        self.runs.mkdir(exist_ok=True)
        if with_data:
            self.project.run(".venv/bin/dvc", "push")
            remote = next(self.project.path.parent.glob("*-dvc-remote"))
            shutil.copytree(remote, self.runs / remote.name, dirs_exist_ok=True)
        github = {"event_name": event, "ref": "refs/heads/main", "workflow": "CI", "event": {}}
        machine = {"PYTEST_ADDOPTS": QUICK, "DOCKER": DOCKER, "SERVE_IMAGE": f"test-workflows-{os.getpid()}"}
        stand_ins = {
            "actions/checkout": self._checkout,
            "actions/setup-python": _setup_python,
            "actions/cache": _cache,
            "re-actors/alls-green": _alls_green,
            "zizmorcore/zizmor-action": _zizmor,
        }
        runner = Runner(self.evaluator, stand_ins, self.runs, github, env=machine | (env or {}))
        return runner.run(self.project.path / ".github/workflows/ci.yml")

    def _checkout(self, job: Job, _: dict[str, str]) -> None:
        run("git", "clone", "--quiet", self.project.path, job.folder, cwd=self.runs)


def _setup_python(job: Job, asked: dict[str, str]) -> None:
    file = asked.get("python-version-file")
    version = (job.folder / file).read_text("utf-8").strip() if file else asked["python-version"]
    if version not in PYTHONS:
        raise FailedError(f"there is no Python {version} here")
    job.env["PATH"] = os.pathsep.join([str(PYTHONS[version].parent), job.env.get("PATH", os.environ["PATH"])])


def _cache(job: Job, asked: dict[str, str]) -> None:
    job.log += f"uv keeps its cache where it is; asked was {asked['key']}\n"


def _alls_green(_: Job, asked: dict[str, str]) -> None:
    bad = [name for name, need in json.loads(asked["jobs"]).items() if need["result"] != "success"]
    if bad:
        raise FailedError(f"not green: {bad}")


def _zizmor(job: Job, _: dict[str, str]) -> None:
    run(Path(sys.prefix) / "bin" / "zizmor", "--offline", "--no-progress", ".github", cwd=job.folder)


@pytest.fixture
def repository(bake: Bake, evaluator: Evaluator, tmp_path: Path) -> Repository:
    """A new project that was set up and committed; its CI asks for one Python that is here."""
    project = bake(**COMBINATIONS["laptop"], project_slug="night-flights").copy(tmp_path / "home")
    ci = project.path / ".github/workflows/ci.yml"
    ci.write_text(ci.read_text("utf-8").replace('["3.11", "3.12", "3.13"]', json.dumps([list(PYTHONS)[-1]])), "utf-8")
    take_what_is_here(project.path)
    project.make("setup", env=AUTHOR)
    return Repository(project, evaluator, tmp_path / "runs")


def results(jobs: dict[str, list[Job]]) -> dict[str, set[str]]:
    """How each job ended."""
    return {name: {job.result for job in of_name} for name, of_name in jobs.items()}


def told(jobs: dict[str, list[Job]]) -> str:
    """What the jobs that failed printed."""
    return "\n".join(job.log[-6000:] for of_name in jobs.values() for job in of_name if job.result == "failure")


def test_a_push_is_checked_tested_run_and_tried_as_an_image(repository: Repository) -> None:
    jobs = repository.push()
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


def test_data_that_breaks_its_contract_is_red_and_a_fork_without_secrets_says_what_it_did_not_see(
    repository: Repository,
) -> None:
    repository.project.run(".venv/bin/python", "-c", SPOILED)
    repository.project.run(".venv/bin/dvc", "add", "data/01_raw/flights")
    commit(repository.project.path, "Spoil March")
    jobs = repository.push(env=CHECKED_ALREADY)
    assert results(jobs) == {
        "check": {"success"},
        "test": {"success"},
        "workflows": {"success"},
        "pipeline": {"failure"},
        "pass": {"failure"},
    }
    assert "2013-03" in told(jobs)
    assert "distance" in told(jobs)
    shutil.rmtree(repository.runs)
    jobs = repository.push(with_data=False, event="pull_request", env=CHECKED_ALREADY)
    assert set().union(*results(jobs).values()) == {"success"}, told(jobs)
    (warning,) = jobs["pipeline"][0].annotations("warning")
    assert "sample in tests/data is judged instead" in warning
