"""A project outlives its place: it lies in other repositories, is moved, and worktrees of it come and go."""

import os
import re
from pathlib import Path

import pytest

import sharing
from baking import AUTHOR, COMBINATIONS, PYTHONS, BakedProject, run
from conftest import Bake
from documents import Manual, Shell

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


def test_a_second_project_shares_the_repository_as_its_page_says(bake: Bake, tmp_path: Path) -> None:
    repository = tmp_path / "models"
    repository.mkdir()
    run("git", "init", "--quiet", "--initial-branch", "main", cwd=repository)
    project = bake(project_slug="churn").copy(repository)
    page = project.path / "kedro-modelops/docs/two-models.md"
    manual, path = Manual.read(page, without=()), [str(next(iter(PYTHONS.values())).parent), os.environ["PATH"]]
    shell = Shell(repository, AUTHOR | {"PATH": os.pathsep.join(path)})
    manual.next("cookiecutter TEMPLATE")  # which `bake` has typed
    for begins in ("echo", "git add", "make -C churn setup"):
        sharing.lend_uv(project.path)
        shell.type(manual.next(begins))
    sharing.keep_uv(project.path)
    assert not (project.path / ".git").exists()
    (hooks,) = re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    (repository / ".pre-commit-config.yaml").write_text(hooks, "utf-8")
    shell.type(manual.inline("churn/.venv/bin/pre-commit install"))
    shell.env["SKIP"] = "mypy,import-linter,conventions"  # the slow ones, of which test_project.py tries each
    (repository / "delays.py").write_text("x  = 1\n", "utf-8")
    shell.type("git add --all && git commit --quiet --message 'It is of no project that checks it'")
    loose = project.path / "src/churn/loose.py"
    loose.write_text("x  = 1\n", "utf-8")
    assert "src/churn/loose.py" in shell.type("git add --all && git commit --quiet --message Loose", fails=True)
    loose.write_text("x = 1\n", "utf-8")
    shell.type('git add --all && git commit --quiet --message Neat && test -z "$(git status --porcelain)"')


@pytest.mark.parametrize("folder", ["50% off", "what?"])
def test_a_folder_in_which_mlflow_cannot_work_is_told_before_anything_is_installed(
    folder: str, bake: Bake, tmp_path: Path
) -> None:
    project = bake().copy(tmp_path / folder)
    done = project.make("setup", env=AUTHOR, check=False)
    assert done.returncode != 0
    assert "rename the folder that has a % or ? in its name" in done.stdout
    assert not (project.path / ".venv").exists()
