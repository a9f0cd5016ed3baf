"""Fixtures: the template as a repository, and projects baked from it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from baking import COMBINATIONS, BakedProject, clean_environment, copy_template

Bake = Callable[..., BakedProject]

TOGETHER = tuple(f"tests/test_{name}.py" for name in ("lifecycle", "images", "year", "workflows", "demo"))
"""Modules whose tests share what takes minutes to make, the longest first: one process runs all of a module."""

STORY = TOGETHER[0]
"""Its tests follow each other as they are written: each stands on what the one before has left."""

collect_ignore = ["make_it_yours"]  # tests of projects, which run where they are laid over one


def pytest_addoption(parser: pytest.Parser) -> None:
    """Some minutes, or most of an hour."""
    parser.addoption("--exhaustive", action="store_true", help="all tests of every baked project, not of one alone")


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """Gives tests to processes one by one, but those of some modules together."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return module if module in TOGETHER else nodeid


def pytest_xdist_auto_num_workers() -> int:
    """Half as many again as there are cores: a third of the time, tests wait for servers and containers."""
    return (os.cpu_count() or 1) * 3 // 2


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    """Marks of xdist would say the same, but pytest 9.2 does not let it rename tests."""
    return Scheduling(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Quick tests first, in random order; slow ones last, the longest first, so that no process waits alone."""
    first = next(iter(COMBINATIONS))  # all of its project's tests run

    def rank(item: pytest.Item) -> tuple[int, int]:
        module = item.nodeid.partition("::")[0]
        if item.get_closest_marker("slow") is None:
            return 0, 0
        if f"[{first}]" in item.name:
            return 1, 0
        if module not in TOGETHER:
            return 2 + len(TOGETHER), 0
        return 2 + TOGETHER.index(module), item.location[1] or 0 if module == STORY else 0

    items.sort(key=rank)


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
