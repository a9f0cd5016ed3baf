"""Three trainings on changing data and parameters; the first is rebuilt from its lineage, or it is said why not."""

import os
import re
import shutil
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

import pandas as pd
import pytest
import yaml
from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro_modelops.registry import reproduction
from kedro_modelops.testing.project import DATA, REMOTE, Kedro, connect, dvc, git

pytestmark = pytest.mark.slow

NAME = "flight-delays"


@pytest.fixture(scope="module")
def moved_on(pristine: Path, tmp_path_factory: pytest.TempPathFactory, kedro: Kedro) -> Path:
    """A project that was trained, then with other parameters and data; the first data is in the remote alone."""
    folder = tmp_path_factory.mktemp("moved") / "project"
    shutil.copytree(pristine, folder, symlinks=True)
    dvc(folder, "push", "--quiet")
    with chdir(folder):
        assert kedro("run", "--env", "ci", "--params=training.seed=7").exit_code == 0
        settings = folder / "conf/ci/parameters.yml"
        changed = yaml.safe_load(settings.read_text())
        changed["training"]["seed"] = 8
        settings.write_text(yaml.safe_dump(changed))
        for number in range(10):
            git(folder, "commit", "--quiet", "--all", "--allow-empty", "--message", f"Change {number}")
        assert kedro("run", "--env", "ci").exit_code == 0
        lose_rows(folder)
        dvc(folder, "add", "--quiet", *(str(pointer.with_suffix("")) for pointer in folder.glob("data/01_raw/*.dvc")))
        git(folder, "commit", "--quiet", "--all", "--message", "Other data")
        assert kedro("run", "--env", "ci").exit_code == 0
    shutil.rmtree(folder / ".dvc/cache")
    return folder


def lose_rows(folder: Path) -> None:
    """Takes the first row of each raw table away."""
    bootstrap_project(folder)
    with KedroSession.create(folder, env="ci") as session:
        catalog = session.load_context().catalog
    for name in pipelines["data_processing"].inputs() - set(catalog.filter("^params:")):
        data = catalog.load(name)
        catalog.save(name, {part: rest(load) for part, load in data.items()} if isinstance(data, dict) else data[1:])


def rest(load: Callable[[], pd.DataFrame]) -> Callable[[], pd.DataFrame]:
    return lambda: load()[1:]


@pytest.fixture
def project(moved_on: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy with which a test may do what it likes."""
    shutil.copytree(moved_on.parent, tmp_path / "moved", symlinks=True)
    monkeypatch.chdir(tmp_path / "moved" / moved_on.name)
    return tmp_path / "moved" / moved_on.name


def test_the_first_version_is_rebuilt_bit_by_bit(project: Path, kedro: Kedro, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", "tcp://127.0.0.1:9")  # whose workers do not see the worktree
    before = [version.tags for version in connect(project).search_model_versions(f"name = '{NAME}'")]
    done = kedro("model", "reproduce", "1", "--keep")
    assert done.exit_code == 0, done.output
    assert "Reproduced: the same parameters and metrics, and bit-identical predictions" in done.output
    assert [version.tags for version in connect(project).search_model_versions(f"name = '{NAME}'")] == before

    tree = Path(re.findall(r"Worktree of commit \w+: (\S+)", done.output)[0])
    rebuilt, now = (folder / "data/07_model_output/test_predictions.parquet" for folder in (tree, project))
    assert not pd.read_parquet(rebuilt).equals(pd.read_parquet(now))
    git(project, "worktree", "remove", "--force", str(tree))
    shutil.rmtree(tree.parent)


def test_a_rebuild_leaves_cluster_and_bucket_of_its_environment_alone(tmp_path: Path) -> None:
    settings = tmp_path / "globals.yml"
    settings.write_text("scheduler: tcp://127.0.0.1:9\nraw: data/01_raw\ndata: s3://bucket/project\n")
    reproduction._keep_here(settings)
    assert yaml.safe_load(settings.read_text()) == {"raw": "data/01_raw"}


def test_the_data_of_a_version_is_brought_back(project: Path, kedro: Kedro) -> None:
    done = kedro("model", "data", "1", "old")
    assert done.exit_code == 0, done.output
    first, fetched = DATA, project / "old/data/01_raw"
    names = [path.relative_to(first) for path in sorted(first.rglob("*")) if path.is_file()]
    assert [(fetched / name).read_bytes() for name in names] == [(first / name).read_bytes() for name in names]
    assert str(Path("old/data/01_raw") / names[0].parts[0]) in done.output
    again = kedro("model", "data", "1", "old")
    assert (again.exit_code, "would be overwritten" in again.output) == (1, True)
    connect(project).set_model_version_tag(NAME, "3", "lineage.data.clean", "false")
    unknown = kedro("model", "data", "3", "new")
    assert "version 3 cannot be reproduced: data differed from its DVC pointers" in unknown.output


def test_data_that_the_remote_lost_is_named(project: Path, kedro: Kedro) -> None:
    shutil.rmtree(project / REMOTE)
    for command in (["reproduce", "1"], ["data", "1", "old"]):
        done = kedro("model", *command)
        assert done.exit_code == 1
        assert re.search(r"data/01_raw/\S+ with the hash [\w.]+ comes neither from DVC's cache nor from", done.output)
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
