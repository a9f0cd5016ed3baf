"""`dvc repro` runs the pipelines as stages, each when something that it depends on has changed, and not otherwise."""

import os
import re
import subprocess
import sys
from pathlib import Path

import mlflow
import pandas as pd
import pytest
from conftest import dvc

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


def test_one_attempt_is_one_run(reproduced: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(reproduced)
    mlflow.set_tracking_uri("sqlite:///mlflow.db")
    runs = mlflow.search_runs(search_all_experiments=True, filter_string="params.`split.train.first` = '2013-01'")
    assert len(runs) == 1
    assert runs.loc[0, "status"] == "FINISHED"
    assert runs.loc[0, "metrics.test_roc_auc"] > 0


def test_nothing_runs_twice_and_what_changed_runs_again(reproduced: Path) -> None:
    assert repro(reproduced) == []

    evaluation = reproduced / "conf/base/parameters_evaluation.yml"
    evaluation.write_text(evaluation.read_text().replace("max_samples: 2000", "max_samples: 1999"))
    assert "max_samples" in dvc(reproduced, "params", "diff")
    assert repro(reproduced) == ["evaluation"]  # the metrics came out the same, so there is nothing to register


def test_a_change_reaches_the_stages_that_depend_on_it(reproduced: Path) -> None:
    report = next((reproduced / "src").glob("*/pipelines/evaluation/report.html.j2"))
    report.write_text(report.read_text() + "<!-- changed -->\n")
    assert repro(reproduced, "--dry") == ["evaluation"]

    month = reproduced / "data/01_raw/flights/2013-03.parquet"
    flights = pd.read_parquet(month)
    month.unlink()
    flights.head(60).to_parquet(month, index=False)
    assert repro(reproduced, "--dry") == ["data_processing", "evaluation"]  # and what comes of it, once it has run


def test_metrics_and_plots_are_dvcs(reproduced: Path) -> None:
    assert "test_roc_auc" in dvc(reproduced, "metrics", "show")
    dvc(reproduced, "plots", "show", "--out", "plots")
    assert "importances.csv" in (reproduced / "plots/index.html").read_text()
