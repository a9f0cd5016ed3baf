"""A run from a tree with changes says at its start, before any work is done, that it will not be promoted."""

from collections.abc import Callable
from pathlib import Path

import pytest
from kedro_modelops.testing.project import Kedro, git

CODE = "code or settings had changes that were not committed"
DATA = "data differed from its DVC pointers"


def edit_code(project: Path) -> None:
    file = next(project.glob("src/*/features.py"))
    file.write_text(f"{file.read_text()}\n# an idea\n")


def edit_settings(project: Path) -> None:
    file = project / "conf/base/parameters_training.yml"
    file.write_text(f"{file.read_text()}\n# an idea\n")


def add_code(project: Path) -> None:
    (next(project.glob("src/*")) / "idea.py").touch()


def spoil_data(project: Path) -> None:
    """Lets the first node fail."""
    for file in project.glob("data/01_raw/**/*.parquet"):
        file.write_bytes(b"no parquet")


def told_first(kedro: Kedro) -> list[str]:
    """Of the two reasons, those that a run gives which fails in its first node, before that begins."""
    result = kedro("run", "--env", "ci", "--verbose")
    assert result.exit_code == 1
    before, loading, _ = " ".join(result.output.split()).partition("Loading data from ")
    assert loading
    warning = "A version of this run will not be promoted: {}. Commit first."
    return [reason for reason in (CODE, DATA) if warning.format(reason) in before]


@pytest.mark.parametrize("change", [edit_code, edit_settings, add_code])
def test_changes_that_are_not_committed_are_told_with_the_way_out(
    project: Path, kedro: Kedro, change: Callable[[Path], None]
) -> None:
    spoil_data(project)
    change(project)
    assert told_first(kedro) == [CODE, DATA]
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "An idea")
    assert told_first(kedro) == [DATA]
