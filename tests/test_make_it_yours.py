"""A project takes another table by its own guide: commands to the letter, and no edit of what is not the team's."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from baking import AUTHOR, ROOT, BakedProject
from conftest import Bake

pytestmark = pytest.mark.slow

CATALOG = Path("conf/base/catalog.yml")


class Team(NamedTuple):
    """A team with a table of its own, and what it expects of the report and the gates."""

    project: str
    table: str
    file: str
    figures: list[str]
    not_judged: list[str]


TEAMS = {
    "regression": Team(
        project="Diabetes Progression",
        table="load_diabetes(as_frame=True, scaled=False)",
        file="patients.parquet",
        figures=["Actual and predicted", "Residuals", "Importance of the features"],
        not_judged=["calibration", "coverage", "fairness"],
    ),
    "multiclass": Team(
        project="Wine Cultivars",
        table="load_wine(as_frame=True)",
        file="wines.parquet",
        figures=["ROC", "Precision and recall", "Calibration", "Confusion", "Importance of the features"],
        not_judged=["coverage", "fairness"],
    ),
}


def written(kind: str) -> Iterator[tuple[Path, str]]:
    """Files that a team writes, and their content."""
    folder = ROOT / "tests" / "make_it_yours" / kind
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        yield path.relative_to(folder), path.read_text("utf-8")


def edit(project: BakedProject, kind: str) -> None:
    """Do what the guide says in words. Of the catalog, `train_set` and all that follows stay."""
    for name, content in written(kind):
        file = project.path / name
        stays = file.read_text("utf-8").partition("\ntrain_set:")[1:] if name == CATALOG else []
        file.write_text("".join([content, *stays]), encoding="utf-8", newline="\n")


def guide(project: BakedProject) -> str:
    return (project.path / "docs/make-it-yours.md").read_text("utf-8")


@pytest.fixture(params=TEAMS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def followed(kind: str, bake: Bake, tmp_path: Path) -> BakedProject:
    """A project after all steps of its guide."""
    team, project = TEAMS[kind], bake(project_name=TEAMS[kind].project).copy(tmp_path)
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```$", guide(project), flags=re.MULTILINE | re.DOTALL)
    adopt, take_away, check_and_run = blocks
    assert "kedro adopt" in adopt
    assert [verb for verb in ("make fix", "make check test", "make run") if verb not in check_and_run] == []
    project.set_up()
    table = tmp_path / team.file
    load = f"from sklearn.datasets import *; {team.table}.frame.to_parquet({str(table)!r})"
    project.run(".venv/bin/python", "-c", load)
    project.run("sh", "-euc", take_away, env={"TABLE": str(table)})
    edit(project, kind)
    project.run("sh", "-euc", check_and_run, env=AUTHOR)
    return project


def judged(project: BakedProject) -> dict[str, Any]:
    return dict(json.loads((project.path / "data/08_reporting/gates.json").read_text("utf-8")))


@pytest.mark.exhaustive
def test_another_table_takes_the_place_of_the_flights(kind: str, followed: BakedProject) -> None:
    assert followed.run("git", "status", "--porcelain").stdout == ""
    assert json.loads((followed.path / "data/06_models/registered_version.json").read_text("utf-8"))["version"] == 1
    found = judged(followed)
    assert (found["verdict"], found["not_judged"]) == ("passed", TEAMS[kind].not_judged)
    asked = yaml.safe_load((followed.path / "conf/base/parameters_evaluation.yml").read_text("utf-8"))["gates"]
    assert [gate["name"] for gate in found["gates"]] == list(asked)
    report = (followed.path / "data/08_reporting/report.html").read_text("utf-8")
    assert re.findall("<figcaption>(.*?)</figcaption>", report) == TEAMS[kind].figures
    assert re.findall(r"\b(?:flights?|late|nan)\b", report) == []

    followed.run(".venv/bin/kedro", "model", "promote", "challenger", "--to", "production")
    followed.make("run")
    (rival,) = (gate for gate in judged(followed)["gates"] if gate["name"] == "champion")
    assert (rival["verdict"], rival["measured"]) == ("passed", 0.0)


def test_the_guide_names_all_that_a_team_edits(kind: str, bake: Bake) -> None:
    project = bake(project_name=TEAMS[kind].project)
    names = re.findall(r"`(\w[\w./*]+)`", guide(project))
    named = {path.relative_to(project.path) for name in names for path in project.path.glob(name.rstrip("/"))}
    assert [str(name) for name, _ in written(kind) if not {name, *name.parents} & named] == []
