"""What post_gen does to a folder: prune, record, say what is next."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cookiecutter.utils import create_env_with_context

from baking import ROOT, commit, run

Hook = Callable[..., str]
HOSTILE = """ "'`\\\n\t\u2028</script>é🛫{{ 7 * 7 }}\\"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder as cookiecutter leaves it before post_gen."""
    project = tmp_path / "out" / "late"
    names = ["licenses/MIT", "licenses/Apache-2.0", "requirements/train.txt", "requirements/remote-s3.txt"]
    names += ["requirements/remote-gcs.txt", "compose.yaml", "deploy/kubernetes/base.yaml"]
    for name in names:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(name)
    return project


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A template with one commit, in the folder where cookiecutter is started."""
    repository = tmp_path / "template"
    repository.mkdir()
    (repository / "cookiecutter.json").write_text("{}")
    run("git", "init", "--quiet", cwd=repository)
    commit(repository, "First")
    return repository


@pytest.fixture
def hook(project: Path, repository: Path) -> Hook:
    """Run post_gen, rendered as cookiecutter does, and return what it prints."""

    def run_hook(*, started_in: str = str(repository.parent), **answers: Any) -> str:
        context = {
            "cookiecutter": {
                "project_name": HOSTILE,
                "project_slug": "late",
                "license": "MIT",
                "data_remote": "s3",
                "deploy_target": "compose",
                "_template": "template",
                "_repo_dir": "template",
                "_checkout": None,
                "_output_dir": str(project.parent),
                "_version": "1.0",
                "_copy_without_render": ["src/*"],
            }
            | answers
        }
        source = (ROOT / "hooks" / "post_gen_project.py").read_text("utf-8")
        script = project.parent / "hook.py"
        script.write_text(create_env_with_context(context).from_string(source).render(**context), "utf-8")
        return run(sys.executable, script, cwd=project, env={"PWD": started_in}).stdout

    return run_hook


def names(project: Path) -> set[str]:
    return {path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()} - {".cruft.json"}


def state(project: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((project / ".cruft.json").read_text("utf-8"))
    return loaded


def test_prunes_what_was_not_chosen(hook: Hook, project: Path) -> None:
    hook(data_remote="gcs", deploy_target="compose", license="MIT")
    assert names(project) == {"LICENSE", "requirements/train.txt", "requirements/remote-gcs.txt", "compose.yaml"}
    assert (project / "LICENSE").read_text() == "licenses/MIT"
    assert not (project / "deploy").exists()
    assert not (project / "licenses").exists()


def test_keeps_kubernetes_and_no_remote(hook: Hook, project: Path) -> None:
    hook(data_remote="local", deploy_target="kubernetes", license="Apache-2.0")
    assert names(project) == {"LICENSE", "requirements/train.txt", "deploy/kubernetes/base.yaml"}
    assert (project / "LICENSE").read_text() == "licenses/Apache-2.0"


def test_says_what_is_next(hook: Hook) -> None:
    assert hook().splitlines()[-3:] == ["Next:", "    cd late && make setup", "    make run"]


def test_records_the_commit_as_cruft_does(hook: Hook, project: Path, repository: Path) -> None:
    hook()
    sha = run("git", "rev-parse", "HEAD", cwd=repository).stdout.strip()
    assert state(project) == {
        "template": str(repository),
        "commit": sha,
        "checkout": None,
        "context": {
            "cookiecutter": {
                "project_name": HOSTILE,
                "project_slug": "late",
                "license": "MIT",
                "data_remote": "s3",
                "deploy_target": "compose",
                "_version": "1.0",
                "_copy_without_render": ["src/*"],
                "_template": str(repository),
                "_commit": sha,
            }
        },
    }


def test_finds_a_template_named_relative_to_the_output_folder(hook: Hook, project: Path, repository: Path) -> None:
    hook(started_in="", _template="../template", _repo_dir="../template")
    assert state(project)["template"] == str(repository)


def test_records_where_a_clone_came_from_without_credentials(hook: Hook, project: Path, repository: Path) -> None:
    address = f"https://{'someone:token@'}example.org/template.git"
    run("git", "remote", "add", "origin", address, cwd=repository)
    hook(_template=address, _repo_dir=str(repository))
    assert state(project)["template"] == "https://example.org/template.git"


@pytest.mark.parametrize("spoil", ["no repository", "inside another repository", "no commit", "gone"])
def test_says_that_the_commit_is_unknown(spoil: str, hook: Hook, project: Path, repository: Path) -> None:
    shutil.rmtree(repository / ".git")
    if spoil == "inside another repository":
        run("git", "init", "--quiet", cwd=repository.parent)
        commit(repository.parent, "Not the template's")
    elif spoil == "no commit":
        run("git", "init", "--quiet", cwd=repository)
    elif spoil == "gone":
        shutil.rmtree(repository)
        run("git", "init", "--quiet", cwd=project)
        commit(project, "Not the template's")
    assert "No .cruft.json, for the template's commit is unknown here: `cruft link URL`" in hook()
    assert not (project / ".cruft.json").exists()


def test_works_without_git(hook: Hook, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert "the template's commit is unknown" in hook()


def test_leaves_the_record_to_cruft(hook: Hook, project: Path) -> None:
    printed = hook(_commit="0" * 40)
    assert not (project / ".cruft.json").exists()
    assert ".cruft.json" not in printed


def test_answers_are_data(hook: Hook, project: Path) -> None:
    hook(description=HOSTILE)
    answers = state(project)["context"]["cookiecutter"]
    assert answers["project_name"] == answers["description"] == HOSTILE


def test_the_record_has_unix_line_breaks(hook: Hook, project: Path) -> None:
    hook()
    assert b"\r" not in (project / ".cruft.json").read_bytes()
