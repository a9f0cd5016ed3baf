"""Three trainings on changing data and parameters; the first is rebuilt from its lineage, or it is said why not."""

import os
import re
import shutil
from contextlib import chdir
from pathlib import Path

import pandas as pd
import pytest
from conftest import Kedro, connect, dvc, git

NAME = "{{cookiecutter.project_slug}}"


@pytest.fixture(scope="module")
def moved_on(pristine: Path, tmp_path_factory: pytest.TempPathFactory, kedro: Kedro) -> Path:
    """A project that was trained, then with other parameters and data; the first data is in the remote alone."""
    folder = tmp_path_factory.mktemp("moved") / "project"
    shutil.copytree(pristine, folder, symlinks=True)
    dvc(folder, "push", "--quiet")
    with chdir(folder):
        assert kedro("run", "--env", "ci", "--params=training.seed=7").exit_code == 0
        settings = folder / "conf/ci/parameters.yml"
        settings.write_text(settings.read_text().replace("min_samples_leaf: [20]", "min_samples_leaf: [30]"))
        for number in range(10):
            git(folder, "commit", "--quiet", "--all", "--allow-empty", "--message", f"Change {number}")
        assert kedro("run", "--env", "ci").exit_code == 0
        for month in sorted((folder / "data/01_raw/flights").iterdir()):
            pd.read_parquet(month).iloc[1:].to_parquet(month)
        dvc(folder, "add", "--quiet", "data/01_raw/flights")
        git(folder, "commit", "--quiet", "--all", "--message", "Other data")
        assert kedro("run", "--env", "ci").exit_code == 0
    shutil.rmtree(folder / ".dvc/cache")
    return folder


@pytest.fixture
def project(moved_on: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy with which a test may do what it likes."""
    shutil.copytree(moved_on.parent, tmp_path / "moved", symlinks=True)
    monkeypatch.chdir(tmp_path / "moved" / moved_on.name)
    return tmp_path / "moved" / moved_on.name


def test_the_first_version_is_rebuilt_bit_by_bit(project: Path, kedro: Kedro) -> None:
    before = [version.tags for version in connect(project).search_model_versions(f"name = '{NAME}'")]
    done = kedro("model", "reproduce", "1", "--keep")
    assert done.exit_code == 0, done.output
    assert "Reproduced: the same parameters and metrics, and bit-identical predictions" in done.output
    assert [version.tags for version in connect(project).search_model_versions(f"name = '{NAME}'")] == before

    tree = Path(re.findall(r"Worktree of commit \w+: (\S+)", done.output)[0])
    rebuilt, now = (folder / "data/07_model_output/test_predictions.parquet" for folder in (tree, project))
    assert len(pd.read_parquet(rebuilt)) > len(pd.read_parquet(now))
    git(project, "worktree", "remove", "--force", str(tree))


def test_data_that_the_remote_lost_is_named(project: Path, kedro: Kedro) -> None:
    shutil.rmtree(project.parent / f"{NAME}-dvc-remote")
    done = kedro("model", "reproduce", "1")
    assert done.exit_code == 1
    assert re.search(r"data/01_raw/flights with the hash \w+\.dir comes neither from DVC's cache nor from", done.output)
    assert git(project, "worktree", "list").count("\n") == 0


def test_a_version_from_a_tree_with_changes_cannot_be_rebuilt(project: Path, kedro: Kedro) -> None:
    connect(project).set_model_version_tag(NAME, "3", "lineage.git.clean", "false")
    done = kedro("model", "reproduce", "challenger")
    assert done.exit_code == 1
    assert "version 3 cannot be reproduced: code or settings had changes that were not committed" in done.output


def test_a_commit_that_is_not_here_is_named(project: Path, kedro: Kedro) -> None:
    connect(project).set_model_version_tag(NAME, "1", "lineage.git.commit", "f" * 40)
    done = kedro("model", "reproduce", "1")
    assert done.exit_code == 1
    assert f"commit {'f' * 40} is not in this clone" in done.output


def test_another_lock_needs_uv(project: Path, kedro: Kedro, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "bin").mkdir()
    (project / "bin/git").symlink_to(shutil.which("git") or os.devnull)
    monkeypatch.setenv("PATH", str(project / "bin"))
    lock = project / "requirements/train.txt"
    lock.write_text(lock.read_text() + "# another one\n")
    done = kedro("model", "reproduce", "1")
    assert done.exit_code == 1
    assert "requirements/train.txt or Python (3." in done.output
    assert "uv, to build it, is not here: `make setup`" in done.output
