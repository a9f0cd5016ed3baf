"""Two projects in one repository: neither stands in the way of the other, on this machine or on GitHub."""

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from kedro_modelops.errors import RefusedError
from kedro_modelops.registry import origins
from kedro_modelops.registry.worktree import worktree
from kedro_modelops.release import images, monitoring_issues, whereabouts
from kedro_modelops.release.deployment import signatures
from kedro_modelops.release.programs import ReleaseError
from kedro_modelops.release.pull_requests import update
from kedro_modelops.shared_repository.root_workflows import PATHS, derive_workflows, write_workflows
from kedro_modelops.testing.project import PROJECT, git
from kedro_modelops.tracking.commits import code_version

FOLDER = "models/churn"
GH = """#!/bin/sh
echo "$*" >>{home}/told
case "$*" in "issue list"*) cat {home}/issues ;; "pr list"*) echo 0 ;; "attestation"*) exit 1 ;; esac
"""


@pytest.fixture
def churn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in a folder of a repository, beside another one; `gh` and `cosign` are noted in `told`."""
    project, programs = tmp_path / "repository" / FOLDER, tmp_path / "bin"
    for folder in (project, project.parent / "delays"):
        (folder / "requirements").mkdir(parents=True)
        (folder / "src.py").write_text("code = 1\n")
        (folder / "requirements/train.txt").write_text("numpy==2.4.0 --hash=sha256:ab\n")
    shutil.copytree(PROJECT / ".github/workflows", project / ".github/workflows")
    (tmp_path / "repository/.gitignore").write_text("build/\n")
    git(tmp_path / "repository", "init", "--quiet", "--initial-branch", "main")
    commit(tmp_path / "repository")
    programs.mkdir()
    for name in ("gh", "cosign"):
        (programs / name).write_text(GH.format(home=tmp_path))
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
    for name in ("IMAGE_REPOSITORY", "GITHUB_SERVER_URL", "GITHUB_STEP_SUMMARY", "WEBHOOK", "REFUSED", "MONITORING"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GITHUB_REPOSITORY", "example-org/models")
    monkeypatch.chdir(project)
    return project


def commit(repository: Path) -> str:
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "Change")
    return git(repository, "rev-parse", "HEAD")


def test_changes_of_another_project_are_none_of_this_one(churn: Path) -> None:
    (churn.parent / "delays/src.py").write_text("code = 2\n")
    (churn.parent / "delays/new.py").touch()
    assert code_version(churn) == {
        "git.commit": git(churn, "rev-parse", "HEAD"),
        "git.folder": FOLDER,
        "git.clean": "true",
    }
    (churn / "src.py").write_text("code = 2\n")
    assert code_version(churn)["git.clean"] == "false"
    assert code_version(churn.parents[1])["git.folder"] == "."


def test_a_version_is_found_where_its_project_was_then(churn: Path) -> None:
    repository = churn.parents[1]
    first = code_version(churn)
    git(repository, "mv", FOLDER, "customers")
    (repository / "customers/src.py").write_text("code = 2\nmore = 3\n")
    (repository / "customers/requirements/train.txt").write_text("numpy==2.4.1 --hash=sha256:cd\n")
    commit(repository)
    now = repository / "customers"
    second = code_version(now)
    for lineage, code in ((first, "code = 1\n"), (second, "code = 2\nmore = 3\n")):
        with worktree(now, lineage, lambda _: None, keep=False) as (_, tree):
            assert (tree / "src.py").read_text() == code
    assert list(origins._code(now, first, second))[1:] == [("src.py", "1 lines less", "2 lines more")]
    locks = ({**lineage, "environment.lock": lineage["git.folder"]} for lineage in (first, second))
    assert list(origins._packages(now, *locks)) == [("numpy", "2.4.0", "2.4.1")]
    before = {name: value for name, value in second.items() if name != "git.folder"}  # versions of before say none
    with worktree(now, before, lambda _: None, keep=False) as (_, tree):
        assert (tree / "src.py").exists()
    before["git.commit"] = first["git.commit"]  # which had no folder of this name
    with worktree(now, before, lambda _: None, keep=False) as (_, tree):
        assert (tree / FOLDER).exists()


@pytest.fixture
def monitored(churn: Path) -> Path:
    """A project in which drift was found, while issues of three projects are open."""
    signals = [{"name": "drift/age", "verdict": "alert", "sentence": "Age drifts."}]
    signals += [{"name": "age of the model", "verdict": "ok", "sentence": "It is young."}]
    found = {"signals": signals, "version": "1", "model": "churn", "window": "May", "state": "alert", "findings": []}
    (churn / "data/08_reporting").mkdir(parents=True)
    (churn / "data/08_reporting/monitoring.json").write_text(json.dumps(found))
    titles = [f"{place}Monitoring: age of the model" for place in ("models/delays: ", f"{FOLDER}: ", "")]
    issues = [{"number": number, "title": title} for number, title in enumerate(titles)]
    (churn.parents[2] / "issues").write_text(json.dumps(issues))
    return churn


def test_issues_and_trainings_are_those_of_one_project(monitored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAINING", "drift/age")
    monitoring_issues.main()
    told = (monitored.parents[2] / "told").read_text()
    assert f"issue create --title {FOLDER}: Monitoring: drift/age" in told
    assert re.findall(r"issue close (\d)", told) == ["1"]
    assert "event_type=drift-models-churn " in told


def test_each_project_has_a_branch_of_updates(churn: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "origin")
    git(churn, "remote", "add", "origin", str(tmp_path / "origin"))
    (churn / "src.py").write_text("code = 2\n")
    (churn / "build/update").mkdir(parents=True)
    git(churn, "diff", "--binary", "--output", str(churn / "build/update/update.patch"))
    git(churn, "checkout", "--quiet", ".")
    (churn / "build/update/version").write_text("1.0\n")
    (churn / "build/update/summary.md").touch()
    update.main()
    assert git(tmp_path / "origin", "show", f"template-update-models-churn:{FOLDER}/src.py") == "code = 2"
    told = (tmp_path / "told").read_text()
    assert f"--head template-update-models-churn --base main --title {FOLDER}: Update the template to 1.0" in told


def test_images_are_signed_by_the_workflow_of_the_project_and_lie_apart(churn: Path) -> None:
    assert images.place() == f"ghcr.io/example-org/models/{FOLDER}"
    with pytest.raises(ReleaseError, match=r"no attestation of .*/workflows/models-churn-deploy\.yml@refs/heads/main"):
        signatures.main(f"registry/serve@sha256:{'0' * 64}")


def derived(project: Path) -> dict[str, dict[str, Any]]:
    """The workflows at the root, by the names of their files."""
    return {path.name: yaml.safe_load(text) for path, text in derive_workflows(project).items()}


def test_workflows_at_the_root_work_in_the_folder(churn: Path) -> None:
    workflows = derived(churn)
    assert sorted(workflows) == sorted(f"models-churn-{path.name}" for path in churn.glob(".github/workflows/*.yml"))
    for workflow in workflows.values():
        assert workflow["defaults"]["run"] == {"shell": "bash", "working-directory": FOLDER}
        for job in workflow["jobs"].values():
            assert job.get("environment", FOLDER).endswith(("-models-churn", FOLDER))
            there = any("actions/checkout@" in step.get("uses", "") for step in job["steps"])
            runs = any("run" in step for step in job["steps"])
            assert (job.get("defaults", {}).get("run") == {"working-directory": "."}) == (runs and not there)
            for step in job["steps"]:
                given = {name: str(value) for name, value in step.get("with", {}).items()}
                assert all(given[name].startswith(f"{FOLDER}/") for name in set(PATHS) & given.keys())
                assert not [value for value in given.values() if re.match(r"(build|conf|data|requirements)/", value)]
    train = workflows["models-churn-train.yml"]
    assert f"{FOLDER}/src/**" in train[True]["push"]["paths"]  # YAML takes `on` for a truth
    assert train[True]["repository_dispatch"] == {"types": ["drift-models-churn"]}


def test_two_projects_wait_for_each_other_nowhere(churn: Path) -> None:
    other = churn.parent / "delays"
    shutil.copytree(churn / ".github", other / ".github")
    sides = [derived(project).values() for project in (churn, other)]
    for read in (lambda workflow: workflow["name"], lambda workflow: workflow["concurrency"]["group"]):
        ours, theirs = ([read(workflow) for workflow in side] for side in sides)
        assert not {name for name in set(ours) & set(theirs) if "github.workflow" not in name}
    checks = [{job["name"] for workflow in side for job in workflow["jobs"].values()} for side in sides]
    assert ["Pass (models/churn)" in side for side in checks] == [True, False]
    assert not checks[0] & checks[1]


def test_workflows_at_the_root_are_written_again_after_a_change(churn: Path) -> None:
    assert "models-churn-ci.yml" in whereabouts.root_workflows(churn)
    written = write_workflows(churn)
    assert whereabouts.root_workflows(churn) == ""
    assert all(path.parent == churn.parents[1] / ".github/workflows" for path in written)
    ci = churn / ".github/workflows/ci.yml"
    ci.write_text(ci.read_text().replace("make setup check", "make setup check test"))
    assert whereabouts.root_workflows(churn).startswith("models-churn-ci.yml at the root are not of this version")
    write_workflows(churn)
    assert whereabouts.root_workflows(churn) == ""


def test_the_root_of_a_repository_needs_no_copies(churn: Path) -> None:
    root = churn.parents[1]
    assert whereabouts.root_workflows(root) == ""
    with pytest.raises(RefusedError, match=r"is the root of its repository: GitHub reads its \.github/workflows"):
        write_workflows(root)
