"""template-update.yml: the template's next version arrives as a pull request, and its code sees no secret."""

import json
from pathlib import Path

import pytest

from baking import AUTHOR, COMBINATIONS, PLUGIN, RELEASE, BakedProject, commit, run
from conftest import Bake
from expressions import Evaluator
from github import GitHub, install

HIDDEN = ("the-key", "the-pass")
INNER = "{{cookiecutter.project_slug}}"
SPY = """
import os, pathlib
seen = [f"{name}={value}" for name, value in os.environ.items()] + [pathlib.Path("/proc/self/cmdline").read_text()]
pathlib.Path("docs/seen.txt").write_text("\\n".join(seen))
"""


@pytest.mark.slow
def test_the_next_version_is_proposed_and_its_code_finds_no_secret(
    bake: Bake, template: Path, evaluator: Evaluator, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    run("git", "clone", "--quiet", template, clone, cwd=tmp_path)
    project = bake(**COMBINATIONS["laptop"]).copy(tmp_path / "project")
    record = project.path / ".cruft.json"
    record.write_text(json.dumps(json.loads(record.read_text("utf-8")) | {"template": str(clone)}), "utf-8")
    with (project.path / "README.md").open("a", encoding="utf-8") as file:
        file.write("\nOurs.\n")
    project.run("git", "init", "--quiet", "--initial-branch", "main")
    commit(project.path, "Start from the template")
    with (clone / "hooks" / "post_gen_project.py").open("a", encoding="utf-8") as file:
        file.write(SPY)
    parameters = clone / INNER / "conf/base/parameters_training.yml"
    parameters.write_text(parameters.read_text("utf-8").replace("max_depth: [4, 6, 8]", "max_depth: [4, 6]"), "utf-8")
    with (clone / "CHANGELOG.md").open("a", encoding="utf-8") as file:
        file.write("- Trees are smaller.\n")
    commit(clone, "The template goes on")
    secrets = dict(zip(("APP_PRIVATE_KEY", "MLFLOW_TRACKING_PASSWORD"), HIDDEN, strict=True))
    environment: dict[str, tuple[dict[str, str], dict[str, str]]] = {"training": ({}, secrets)}
    github = GitHub(project, evaluator, tmp_path / "github", environments=environment)

    jobs = github.run("template-update", "workflow_dispatch", {"inputs": {"version": ""}})

    assert {name: job[0].result for name, job in jobs.items()} == {
        "elsewhere": "skipped",
        "merge": "success",
        "propose": "success",
    }, jobs["merge"][0].log + jobs["propose"][0].log
    (pull,) = github.state["pulls"].values()
    assert not pull["draft"]
    assert pull["title"].startswith("Update the template to ")
    assert "- Trees are smaller." in pull["body"]
    assert "max_depth` in `conf/base/parameters_training.yml` | [4, 6, 8] | [4, 6] |" in pull["body"]
    project.run("git", "fetch", "--quiet", "origin", "template-update")
    readme = project.run("git", "show", "FETCH_HEAD:README.md").stdout
    assert readme.endswith("\nOurs.\n")
    seen = project.run("git", "show", "FETCH_HEAD:docs/seen.txt").stdout
    assert "PATH=" in seen
    for secret in (*HIDDEN, "a-token"):
        assert secret not in seen

    project.run("git", "merge", "--quiet", "--ff-only", "FETCH_HEAD")
    github.push()
    jobs = github.run("template-update", "schedule")
    assert jobs["merge"][0].result == "success"
    assert jobs["propose"][0].result == "skipped"
    assert "there is nothing to do" in jobs["merge"][0].summary


@pytest.fixture
def proposing(tmp_path: Path) -> tuple[BakedProject, dict[str, str]]:
    """A repository of one file, and GitHub's command line."""
    install(tmp_path / "bin", "gh")
    settings = {"GH_STATE": str(tmp_path / "state.json"), "GH_TOKEN": "a", "GITHUB_REPOSITORY": "org/project"}
    project = BakedProject(tmp_path / "project", {})
    run("git", "init", "--quiet", "--bare", tmp_path / "origin.git", cwd=tmp_path)
    project.path.mkdir()
    project.run("git", "init", "--quiet", "--initial-branch", "main")
    project.run("git", "remote", "add", "origin", tmp_path / "origin.git")
    (project.path / ".gitignore").write_text("build\n")
    (project.path / "a.txt").write_text("old\n")
    commit(project.path, "Start")
    return project, PLUGIN | settings | {"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"}


def leave(project: BakedProject, text: str, *conflicts: str) -> None:
    """What `kedro modelops update --patch build/update` leaves."""
    folder = project.path / "build/update"
    folder.mkdir(parents=True, exist_ok=True)
    (project.path / "a.txt").write_text(text)
    (folder / "update.patch").write_text(project.run("git", "diff", "--binary", "--full-index").stdout)
    project.run("git", "checkout", "--quiet", "a.txt")
    (folder / "summary.md").write_text(f"Brings {text}")
    (folder / "version").write_text("1.2.0\n")
    (folder / "conflicts").unlink(missing_ok=True)
    if conflicts:
        (folder / "conflicts").write_text("\n".join(conflicts))


def test_one_pull_request_is_opened_and_kept_up_to_date_and_a_draft_while_there_are_conflicts(
    proposing: tuple[BakedProject, dict[str, str]],
) -> None:
    project, settings = proposing
    for text, conflicts in (("<<<<\n", ["a.txt"]), ("new\n", []), ("<<<<<\n", ["a.txt"])):
        leave(project, text, *conflicts)
        run(*RELEASE, "propose-update", cwd=project.path, env=settings | AUTHOR)
        (pull,) = json.loads(Path(settings["GH_STATE"]).read_text("utf-8"))["pulls"].values()
        assert (pull["title"], pull["body"], pull["draft"]) == (
            "Update the template to 1.2.0",
            f"Brings {text}",
            bool(conflicts),
        )
        project.run("git", "fetch", "--quiet", "origin", "template-update")
        assert project.run("git", "show", "FETCH_HEAD:a.txt").stdout == text
        assert project.run("git", "rev-list", "--count", "FETCH_HEAD").stdout.strip() == "2"
        assert project.run("git", "status", "--porcelain").stdout == ""


def test_where_nothing_was_left_it_says_what_to_do(proposing: tuple[BakedProject, dict[str, str]]) -> None:
    project, settings = proposing
    done = run(*RELEASE, "propose-update", cwd=project.path, env=settings, check=False)
    assert done.returncode == 1
    assert 'make update ARGS="--defaults --patch build/update" writes it' in done.stdout
