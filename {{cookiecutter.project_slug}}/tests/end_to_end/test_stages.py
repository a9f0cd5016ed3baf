"""`dvc repro` runs the pipelines as stages, each when something that it depends on has changed, and not otherwise."""

import os
import re
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
from conftest import connect, dvc

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
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(folder / "src"), "KEDRO_ENV": "ci"}
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
    runs = mlflow.search_runs(search_all_experiments=True, filter_string="params.`training.seed` != ''")
    assert len(runs) == 1
    assert runs.loc[0, "status"] == "FINISHED"
    assert np.isfinite(runs.loc[0, f"metrics.test_{parameters['training']['scoring']}"])


def test_nothing_runs_twice_and_what_changed_runs_again(reproduced: Path) -> None:
    assert repro(reproduced) == []

    file = reproduced / "conf/base/parameters_evaluation.yml"
    settings = yaml.safe_load(file.read_text())
    settings["evaluation"]["importance"]["max_samples"] -= 1
    file.write_text(yaml.safe_dump(settings))
    assert "importance.max_samples" in dvc(reproduced, "params", "diff")
    assert repro(reproduced) == ["evaluation", "registration"]  # the verdict rests on another report


def test_a_change_reaches_the_stages_that_depend_on_it(reproduced: Path) -> None:
    with changed(next((reproduced / "src").glob("*/pipelines/evaluation/report.html.j2"))):
        assert repro(reproduced, "--dry") == ["evaluation"]

    with changed(min(path for path in reproduced.glob("data/01_raw/**/*") if path.is_file() and path.suffix != ".dvc")):
        assert repro(reproduced, "--dry") == ["data_processing"]  # and what comes of it, once it has run


def test_metrics_and_plots_are_dvcs(reproduced: Path, parameters: dict[str, Any]) -> None:
    assert f"test_{parameters['training']['scoring']}" in dvc(reproduced, "metrics", "show")
    dvc(reproduced, "plots", "show", "--out", "plots")
    assert "importances.csv" in (reproduced / "plots/index.html").read_text()
