from pathlib import Path

import pytest
from kedro_modelops.errors import RefusedError
from kedro_modelops.sessions.parameter_files import set_parameter

WRITTEN = """\
# Why.
training:
  seed: 1 # as ever
  space: {depth: [1, 2], leaf: &leaf [3]}
  other: *leaf
  packages: [sklearn]
  search: {class: sklearn.model_selection.GridSearchCV}
"""


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    (tmp_path / "parameters_training.yml").write_text(WRITTEN)
    (tmp_path / "parameters_gates.yml").write_text("gates:\n  floor: {minimum: 0.5}\n")
    return tmp_path


@pytest.mark.parametrize(
    ("assignment", "file", "was", "now"),
    [
        ("training.seed=7", "parameters_training.yml", "seed: 1 #", "seed: 7 #"),
        ("training.space.depth=[9]", "parameters_training.yml", "depth: [1, 2]", "depth: [9]"),
        (
            "training.search.class=sklearn.model_selection.RandomizedSearchCV",
            "parameters_training.yml",
            "Grid",
            "Randomized",
        ),
        ("gates.floor.minimum=0.9", "parameters_gates.yml", "0.5", "0.9"),
    ],
)
def test_the_value_changes_and_all_else_stays(conf: Path, assignment: str, file: str, was: str, now: str) -> None:
    before = (conf / file).read_text()
    assert set_parameter(conf, assignment) == conf / file
    assert (conf / file).read_text() == before.replace(was, now)


@pytest.mark.parametrize(
    ("assignment", "told"),
    [
        ("training.sed=7", "has training.sed; training has seed, space, other, packages, search"),
        ("training.seed.x=7", "has training.seed.x"),
        ("seed=7", "there has gates, training"),
        ("training.seed", "write NAME=VALUE"),
        ("training.seed=[", "is no YAML"),
        ("training.packages=[sklearn, subprocess]", "change it in conf/base by a commit"),
        ("training.packages.0=subprocess", "has training.packages.0"),
        ("training={packages: [subprocess]}", "change it in conf/base by a commit"),
        ("training.search.class=subprocess.getoutput", "subprocess.getoutput is not of sklearn"),
        ("training.search={class: os.system, options: {command: id}}", "os.system is not of sklearn"),
        ("training.space={tree: {estimator: [{class: builtins.eval}]}}", "builtins.eval is not of sklearn"),
        ("training.search.class=sklearn.datasets.fetch_openml", "is no estimator, transformer, splitter or search"),
    ],
)
def test_what_cannot_be_set_is_told_and_nothing_changes(conf: Path, assignment: str, told: str) -> None:
    with pytest.raises(RefusedError, match=told):
        set_parameter(conf, assignment)
    assert (conf / "parameters_training.yml").read_text() == WRITTEN
