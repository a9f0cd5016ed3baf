"""The year on the real flights, month by month, as `year/replay.py` lives it: the loop as a whole."""

import json
from itertools import pairwise
from statistics import mean
from typing import Any

import pytest

from baking import AUTHOR, COMBINATIONS, ROOT
from conftest import Bake

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]

Row = dict[str, Any]
MONTHS = [f"2013-{number:02}" for number in range(5, 13)]
"""After those that the first version is trained and judged on."""
WEEKS = 2
"""That follow, in which nothing arrives."""


@pytest.fixture(scope="module")
def year(bake: Bake, tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """What happened in each month, and in each of the weeks that follow."""
    home = tmp_path_factory.mktemp("year")
    project = bake(**COMBINATIONS["laptop"]).copy(home)
    project.set_up()
    project.search_less()
    told = project.run(".venv/bin/python", ROOT / "tests/year/replay.py", env=AUTHOR).stdout
    return [json.loads(line) for line in told.splitlines() if line.startswith('{"month"')]


def test_every_month_is_judged(year: list[Row]) -> None:
    assert [row["month"] for row in year] == [*MONTHS, *MONTHS[-1:] * WEEKS]


def test_december_is_found_and_november_is_quiet(year: list[Row]) -> None:
    """Trained on January to August; December's share of late flights is twice that of the months that judged it."""
    november, december = year[len(MONTHS) - 2 : len(MONTHS)]
    assert november["alerts"] == november["findings"] == []
    assert {"shift/actual", "performance/neg_log_loss"} <= set(december["findings"])


def test_the_maintained_model_is_not_worse_than_the_frozen_one(year: list[Row]) -> None:
    months = year[: len(MONTHS)]
    for metric, sign in (("roc_auc", 1), ("log_loss", -1)):
        frozen, maintained = (sign * mean(row[model][metric] for row in months) for model in ("frozen", "maintained"))
        assert maintained >= frozen


def test_a_version_serves_until_a_training_that_was_asked_for_brings_a_better_one(year: list[Row]) -> None:
    for row, following in pairwise(year):
        changed = f"version {row['version']} to {following['version']}"
        assert row["training"] == changed if row["version"] != following["version"] else "to" not in row["training"]
        assert bool(row["training"]) != bool(row["refused"])
        assert bool(row["findings"]) >= bool(row["training"])


def test_the_loop_ends_by_itself(year: list[Row]) -> None:
    assert 1 <= len([row for row in year if row["training"]]) < len(MONTHS)
    assert [row["training"] for row in year[-WEEKS:]] == [""] * WEEKS
