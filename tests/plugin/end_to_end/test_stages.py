"""`dvc repro` runs the pipelines as stages, each when something that it depends on has changed, and not otherwise."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pytest
import yaml
from kedro_modelops.testing.project import PROJECT, connect, dvc, git, runs
from omegaconf import OmegaConf
from processes import environment_of

pytestmark = pytest.mark.slow

STAGES = ["data_processing", "training", "evaluation", "registration"]


@pytest.fixture(scope="module")
def reproduced(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project after `dvc repro` with the settings of conf/ci; its package is its own copy."""
    folder = tmp_path_factory.mktemp("reproduced") / "project"
    subprocess.run(["cp", "-r", pristine, folder], check=True)
    assert repro(folder) == STAGES
    return folder


def repro(folder: Path, *arguments: str) -> list[str]:
    """The stages that ran."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = environment_of(folder) | {"PATH": path, "KEDRO_ENV": "ci"}
    done = subprocess.run(
        ["dvc", "repro", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return re.findall(r"Running stage '(\w+)'", done.stdout)


@contextmanager
def changed(file: Path) -> Iterator[None]:
    """A file with something added to it, for a while."""
    original = file.rename(file.with_suffix(".original"))
    file.write_bytes(original.read_bytes() + b"\n")
    try:
        yield
    finally:
        original.replace(file)


def test_one_attempt_is_one_run(reproduced: Path, parameters: dict[str, Any]) -> None:
    connect(reproduced)
    found = mlflow.search_runs(
        search_all_experiments=True, filter_string="params.`training.seed` != ''", output_format="list"
    )
    (attempt,) = [run for run in found if "continues" not in run.data.tags]
    assert attempt.info.status == "FINISHED"
    assert np.isfinite(attempt.data.metrics[f"test_{parameters['training']['scoring']}"])


def test_nothing_runs_twice_and_what_changed_runs_again(reproduced: Path) -> None:
    assert repro(reproduced) == []

    file = reproduced / "conf/base/parameters_evaluation.yml"
    settings = yaml.safe_load(file.read_text())
    settings["evaluation"]["importance"]["max_samples"] -= 1
    file.write_text(yaml.safe_dump(settings))
    assert "importance.max_samples" in dvc(reproduced, "params", "diff")
    assert repro(reproduced) == ["evaluation", "registration"]  # the verdict rests on another report


def test_a_change_reaches_the_stages_that_depend_on_it(reproduced: Path) -> None:
    with changed(reproduced / "kedro-modelops/src/kedro_modelops/pipelines/evaluation/report.html.j2"):
        assert repro(reproduced, "--dry") == ["evaluation"]

    with changed(min(path for path in reproduced.glob("data/01_raw/**/*") if path.is_file() and path.suffix != ".dvc")):
        assert repro(reproduced, "--dry") == ["data_processing"]  # and what comes of it, once it has run


def test_metrics_and_plots_are_dvcs(reproduced: Path, parameters: dict[str, Any]) -> None:
    assert f"test_{parameters['training']['scoring']}" in dvc(reproduced, "metrics", "show")
    dvc(reproduced, "plots", "show", "--out", "plots")
    assert "importances.csv" in (reproduced / "plots/index.html").read_text()


@pytest.fixture(scope="module")
def settled(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with the settings of conf/ci as those of conf/base, committed, after one `kedro run`."""
    folder = tmp_path_factory.mktemp("settled") / "project"
    subprocess.run(["cp", "-r", pristine, folder], check=True)
    few = OmegaConf.load(folder / "conf/ci/parameters.yml")
    for file in folder.glob("conf/base/parameters_*.yml"):
        stated = OmegaConf.load(file)
        OmegaConf.save(OmegaConf.merge(stated, {key: few[key] for key in stated if key in few}), file)
    git(folder, "commit", "--quiet", "--all", "--message", "Few rows")
    kedro_run(folder)
    return folder


def kedro_run(folder: Path, *arguments: str) -> str:
    """What a run printed."""
    command = [sys.executable, "-m", "kedro", "run", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment_of(folder), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_what_kedro_run_did_is_known_to_dvc(settled: Path) -> None:
    assert git(settled, "status", "--porcelain") == "?? dvc.lock"
    assert dvc(settled, "repro", "--dry").count("Running stage") == 0
    git(settled, "add", "dvc.lock")
    git(settled, "commit", "--quiet", "--message", "Results")

    text = kedro_run(settled, "--pipelines=evaluation", "--params=evaluation.importance.max_samples=7")
    assert "DVC knows" not in text
    assert git(settled, "status", "--porcelain") == ""


def test_two_clones_work_on_one_model_and_a_conflict_in_the_lock_is_mended(settled: Path) -> None:
    """Each clone has its own registry; data and results travel by DVC, and conflicting results are computed again."""
    remote, clone = settled.parent / "remote", settled.parent / "clone"
    for folder in (settled, clone):
        if folder == clone:
            git(settled.parent, "clone", "--quiet", str(settled), str(clone))
            git(clone, "config", "pull.rebase", "false")
        dvc(folder, "remote", "add", "--local", "--force", "--default", "shared", str(remote))
        dvc(folder, "push" if folder == settled else "pull", "--quiet")
    assert not (clone / "data/06_models/registered_version.json").exists()
    assert "registered_version" not in (clone / "dvc.lock").read_text()

    for folder, samples in ((settled, 190), (clone, 180)):
        file = folder / "conf/base/parameters_evaluation.yml"
        file.write_text(file.read_text().replace("max_samples: 200", f"max_samples: {samples}"))
        done = subprocess.run(
            ["dvc", "repro"], cwd=folder, env=environment_of(folder), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert re.findall(r"Running stage '(\w+)'", done.stdout) == ["evaluation", "registration"]
        git(folder, "commit", "--quiet", "--all", "--message", f"{samples} samples")
    (look,) = [run for run in runs(clone) if "continues" in run.data.tags]
    (version,) = connect(clone).search_model_versions()
    assert version.run_id == look.info.run_id

    merged = subprocess.run(["git", "-C", clone, "pull", "--quiet"], capture_output=True, text=True, check=False)
    assert merged.returncode
    git(clone, "checkout", "--ours", "conf")
    shutil.copy(PROJECT / "Makefile", clone)
    done = subprocess.run(["make", "dvc.lock"], cwd=clone, capture_output=True, text=True, check=True)
    assert "dvc.lock was in conflict" in done.stdout
    assert "registration:\n\tchanged" not in dvc(clone, "status")
