"""What names the project's folder is looked at; commands work in each of its folders."""

import sys
from pathlib import Path

import pytest
from kedro_modelops.contracts.explanations import explain
from kedro_modelops.release import whereabouts
from kedro_modelops.testing.project import Kedro, git

CONFLICT = "<<<<<<< HEAD\nschema: '2.0'\n=======\nschema: '1.0'\n>>>>>>> theirs\n"


def hook(folder: Path, python: str) -> Path:
    file = folder / ".git/hooks/pre-commit"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\nINSTALL_PYTHON={python}\n")
    return file


def test_a_hook_runs_the_environment_of_its_own_folder(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    assert whereabouts.commit_hook(tmp_path) == "no hook checks commits: make setup"
    hook(tmp_path, "/gone/.venv/bin/python")
    assert "runs /gone/.venv/bin/python, which is gone: make setup" in whereabouts.commit_hook(tmp_path)
    hook(tmp_path, f"'{sys.executable}'")
    assert "of another folder" in whereabouts.commit_hook(tmp_path)
    hook(tmp_path, ".venv/bin/python")
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").touch()
    assert whereabouts.commit_hook(tmp_path) == ""


def test_the_environment_is_the_project_s_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert whereabouts.environment(tmp_path) == ""  # a container has no .venv
    (tmp_path / ".venv").mkdir()
    assert "is not the project's own: make setup" in whereabouts.environment(tmp_path)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    assert whereabouts.environment(tmp_path) == ""


def test_a_repository_around_the_project_is_not_its_own_unless_it_has_its_files(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").touch()
    assert whereabouts.repository(project) == "there is no repository: make setup"
    git(tmp_path, "init", "--quiet")
    assert "has none of its files: make setup makes its own" in whereabouts.repository(project)
    git(tmp_path, "add", "project")
    assert whereabouts.repository(project) == ""
    assert whereabouts.commit_hook(project) == ""


def test_commands_work_in_every_folder_of_the_project(
    project: Path, kedro: Kedro, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project / "conf/base")
    listed = kedro("model", "list")
    assert "nothing is registered" in listed.output
    assert kedro("set-parameters", "training.seed=7").exit_code == 0
    assert kedro("run", "--env", "ci", "--pipelines=data_processing").exit_code == 0
    assert Path.cwd() == project / "conf/base"
    assert sorted(path.name for path in Path.cwd().iterdir() if not path.name.endswith(".yml")) == []
    assert (project / "data/05_model_input/train.parquet").exists()


@pytest.mark.parametrize(
    ("file", "command"),
    [
        ("conf/base/catalog.yml", ["run"]),
        ("conf/base/parameters_training.yml", ["set-parameters", "training.seed=7"]),
        ("conf/base/parameters_training.yml", ["dvc", "check"]),
        ("conf/base/mlflow.yml", ["model", "list"]),
        ("dvc.yaml", ["run", "--env", "ci"]),
        ("dvc.lock", ["run", "--env", "ci"]),
        ("data/01_raw/flights.dvc", ["run", "--env", "ci"]),
    ],
)
def test_a_conflict_of_a_merge_is_told(project: Path, kedro: Kedro, file: str, command: list[str]) -> None:
    (project / file).write_text(CONFLICT)
    result = kedro(*command)
    assert result.exit_code == 1
    assert f"{file} has conflict markers of a merge, the first in line 1" in result.output
    assert explain(result.exception or ValueError()) is None  # it has been told, and not raised
