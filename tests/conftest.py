"""Fixtures: the template as a repository, and projects baked from it."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

import sharing
from baking import COMBINATIONS, BakedProject, clean_environment, copy_template
from expressions import Evaluator

Bake = Callable[..., BakedProject]

LONGEST = (
    "lifecycle",
    "images",
    "documents",
    "year",
    "plugin",
    "adopt",
    "make_it_yours",
    "fresh_host",
    "workflows",
    "index",
    "extensions",
    "tls",
    "demo",
)
"""Modules with slow tests, the longest first; those of other modules come after them."""

TOGETHER = {"lifecycle", "images", "year", "fresh_host", "workflows", "index", "extensions", "tls", "demo"}
"""Modules whose tests share what takes minutes to make: one process runs all of a module."""

STORY = "lifecycle"
"""Its tests follow each other as they are written: each stands on what the one before has left."""

BETWEEN = 3
"""Quick tests that stand behind a slow one."""

collect_ignore = ["make_it_yours", "plugin"]  # tests of projects and of the plugin, which run in a project


def pytest_addoption(parser: pytest.Parser) -> None:
    """Some minutes, or most of an hour."""
    parser.addoption("--exhaustive", action="store_true", help="all tests of every baked project, not of one alone")


def pytest_configure(config: pytest.Config) -> None:
    """Makes the folder that the processes of this run share; those that xdist starts find it in their environment."""
    if sharing.VARIABLE not in os.environ:
        folder = os.environ[sharing.VARIABLE] = tempfile.mkdtemp(prefix="shared-by-tests-")
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """Gives tests to processes one by one, but those of some modules together."""

    def _split_scope(self, nodeid: str) -> str:
        return _unit(nodeid)


def pytest_xdist_auto_num_workers() -> int:
    """Half as many again as there are cores: a third of the time, tests wait for servers and containers."""
    return (os.cpu_count() or 1) * 3 // 2


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    """Marks of xdist would say the same, but pytest 9.2 does not let it rename tests."""
    return Scheduling(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Quick tests in random order; then slow ones, the longest first, so that no process waits alone.

    A process is given a test before it has ended the last one: some quick tests stand behind each of the slow ones, or
    one process would be given two that take a quarter of an hour.
    """
    left_out = [] if config.option.exhaustive else [item for item in items if item.get_closest_marker("exhaustive")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
    quick = [item for item in items if item.get_closest_marker("slow") is None]
    slow = sorted((item for item in items if item not in quick), key=_rank)
    units = [list(tests) for _, tests in groupby(slow, key=lambda item: _unit(item.nodeid))]
    first = max(len(quick) - BETWEEN * len(units), 0)
    items[:first] = quick[:first]
    items[first:] = [
        item
        for number, unit in enumerate(units)
        for item in [*unit, *quick[first + number * BETWEEN : first + (number + 1) * BETWEEN]]
    ]


def _unit(nodeid: str) -> str:
    module = _module(nodeid)
    return module if module in TOGETHER else nodeid


def _module(nodeid: str) -> str:
    return Path(nodeid.partition("::")[0]).stem.removeprefix("test_")


def _rank(item: pytest.Item) -> tuple[int, int]:
    module = _module(item.nodeid)
    if f"[{next(iter(COMBINATIONS))}]" in item.name:  # all of its project's tests run
        return 0, 0
    if module not in LONGEST:
        return 1 + len(LONGEST), 0
    return 1 + LONGEST.index(module), item.location[1] or 0 if module == STORY else 0


@pytest.fixture(scope="session", autouse=True)
def _clean_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Of all projects; mypy reads libraries once, as it goes by what files hold, not by where they are."""
    clean = clean_environment() | {"MYPY_CACHE_DIR": str(tmp_path_factory.getbasetemp() / "mypy")}
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ.keys() - clean.keys():
            patch.delenv(name)
        for name, value in clean.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template, as it is in the working tree, committed to a repository of its own."""
    return copy_template(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def bake(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Bake:
    """Bake a project, once for the same answers: change a copy only."""
    baked: dict[tuple[tuple[str, str], ...], BakedProject] = {}

    def bake_once(**answers: str) -> BakedProject:
        key = tuple(sorted(answers.items()))
        if key not in baked:
            baked[key] = BakedProject.bake(template, tmp_path_factory.mktemp("baked"), **answers)
        return baked[key]

    return bake_once


@pytest.fixture(scope="session")
def evaluator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evaluator]:
    """GitHub's own."""
    with Evaluator.started(tmp_path_factory.mktemp("expressions")) as evaluator:
        yield evaluator


@pytest.fixture(scope="session")
def tested_already(request: pytest.FixtureRequest) -> dict[str, str]:
    """Environment in which `make test` of a project leaves out the slow tests that another one's has run."""
    quicker = "--no-cov -W 'ignore:Coverage disabled' -m 'not slow'"
    return {} if request.config.option.exhaustive else {"PYTEST_ADDOPTS": quicker}


@pytest.fixture(params=COMBINATIONS)
def combination(request: pytest.FixtureRequest, bake: Bake) -> BakedProject:
    """Each of the named combinations of answers."""
    return bake(**COMBINATIONS[request.param])


@pytest.fixture(params=["the template", *COMBINATIONS])
def repository(request: pytest.FixtureRequest, bake: Bake, template: Path) -> Path:
    """The template itself, and each baked combination."""
    return template if request.param == "the template" else bake(**COMBINATIONS[request.param]).path
