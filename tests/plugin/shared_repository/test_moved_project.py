"""A project moves into a folder of its repository, as kedro-modelops/docs/two-models.md says, with all its versions."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from kedro_modelops.testing.project import PROJECT, Kedro, connect, git

pytestmark = pytest.mark.slow

PAGE = (PROJECT / "kedro-modelops/docs/two-models.md").read_text("utf-8")


@pytest.fixture
def moved(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project after the lines of the page, but that which installs it anew; another one beside it has changes."""
    repository = tmp_path / "repository"
    shutil.copytree(trained, repository, symlinks=True)
    (lines,) = re.findall(r"```sh\n(mkdir delays\n.*?)make -C delays setup\n```", PAGE, re.DOTALL)
    subprocess.run(["bash", "-euc", lines], cwd=repository, check=True)
    (repository / "churn").mkdir()
    (repository / "churn/features.py").touch()
    monkeypatch.chdir(repository / "delays")
    return repository / "delays"


def test_versions_of_before_are_promoted_and_reproduced(moved: Path, kedro: Kedro) -> None:
    for command in ("list", "promote 1 --to production", "bundle champion build/bundle", "compare 1 1", "reproduce 1"):
        done = kedro("model", *command.split())
        assert done.exit_code == 0, f"{command}: {done.output}"
    assert "Reproduced: the same parameters and metrics, and bit-identical predictions" in done.output
    assert (moved / "build/bundle/model/version.json").exists()
    assert git(moved, "worktree", "list").count("\n") == 0


def test_a_version_of_the_folder_is_clean_where_the_other_project_is_not(moved: Path, kedro: Kedro) -> None:
    assert kedro("run", "--env", "ci").exit_code == 0
    (name,) = (found.name for found in connect(moved).search_registered_models())
    tags = connect(moved).get_model_version(name, "2").tags
    assert (tags["lineage.git.clean"], tags["lineage.git.folder"]) == ("true", "delays")
    assert tags["lineage.git.commit"] == git(moved, "rev-parse", "HEAD")
    assert kedro("model", "promote", "2", "--to", "production").exit_code == 0
