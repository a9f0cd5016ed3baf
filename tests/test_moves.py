"""A project outlives its place: it lies in other repositories, is moved, and worktrees of it come and go."""

from pathlib import Path

import pytest

from baking import AUTHOR, COMBINATIONS, BakedProject, run
from conftest import Bake

pytestmark = pytest.mark.slow


def commit(project: BakedProject, name: str) -> None:
    """Commits a new file, by way of the hook."""
    (project.path / name).write_text("text\n", "utf-8")
    project.run("git", "add", name)
    project.run("git", "commit", "--quiet", "--message", name, env=AUTHOR)


def test_what_names_the_old_place_is_made_anew(bake: Bake, tmp_path: Path) -> None:
    around = tmp_path / "half of it's"
    around.mkdir()
    run("git", "init", "--quiet", cwd=around)
    project = bake(**next(iter(COMBINATIONS.values()))).copy(around)
    project.set_up()
    assert project.run("git", "rev-parse", "--show-toplevel").stdout.strip() == str(project.path)
    tree = tmp_path / "tree"
    project.run("git", "worktree", "add", "--quiet", str(tree))
    BakedProject(tree, project.answers).set_up()
    project.run("git", "worktree", "remove", "--force", str(tree))
    commit(project, "after-the-worktree.txt")
    place = project.path.rename(tmp_path / "moved")
    run("make", "setup", cwd=place, env=AUTHOR)
    assert str(place) in (place / ".venv/bin/kedro").read_text("utf-8")
    (place / "after-the-move.txt").write_text("text\n", "utf-8")
    run("git", "add", "after-the-move.txt", cwd=place)
    run("git", "commit", "--quiet", "--message", "Move", cwd=place, env=AUTHOR)
    told = run(".venv/bin/kedro", "doctor", cwd=place, check=False).stdout
    assert all(f"✓ {what}" in told for what in ("environment", "repository", "commit hook", "MLflow"))


@pytest.mark.parametrize("folder", ["50% off", "what?"])
def test_a_folder_in_which_mlflow_cannot_work_is_told_before_anything_is_installed(
    folder: str, bake: Bake, tmp_path: Path
) -> None:
    project = bake().copy(tmp_path / folder)
    done = project.make("setup", env=AUTHOR, check=False)
    assert done.returncode != 0
    assert "rename the folder that has a % or ? in its name" in done.stdout
    assert not (project.path / ".venv").exists()
