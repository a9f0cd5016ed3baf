"""`make demo`, as somebody types it who has just cloned the template."""

import json
from pathlib import Path
from typing import Any

import pytest

from baking import PYTHONS, run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def demo(template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A clone of the template after `make demo`, where git knows nobody, and what it printed."""
    clone = tmp_path_factory.mktemp("demo") / "clone"
    run("git", "clone", "--quiet", template, clone, cwd=clone.parent)
    return clone, run("make", f"PYTHON={next(iter(PYTHONS.values()))}", "demo", cwd=clone).stdout


def test_the_demo_shows_what_came_out_and_where_to_look(demo: tuple[Path, str]) -> None:
    _, told = demo
    shown = told[told.rindex("\nRegistered: ") :].splitlines()
    assert shown[1] == "Registered: flight-delays, version 1"
    assert any(line.split()[0] == "test_roc_auc" for line in shown[2:])
    assert Path(shown[-2].removeprefix("Report: ").removesuffix(" (open it in a browser)")).is_file()
    assert shown[-1] == "MLflow: make -C build/demo/flight-delays ui"


SHUFFLED = """
import numpy as np
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from sklearn.metrics import roc_auc_score

from flight_delays.pipelines.training.nodes import fit_best
from flight_delays.pipelines.training.parameters import Training
from flight_delays.problem import Problem

bootstrap_project(".")
with KedroSession.create() as session:
    catalog = session.load_context().catalog
train, test = catalog.load("train_set"), catalog.load("test_set")
problem = Problem(**catalog.load("params:problem").model_dump())
training = catalog.load("params:training")
results, seeded, areas = catalog.load("search_results"), np.random.default_rng(1), []
for _ in range(20):
    shuffled = train.assign(late=seeded.permutation(train["late"]))
    model = fit_best(shuffled, results, problem, training).estimator
    areas.append(roc_auc_score(test["late"], model.predict_proba(problem.features(test))[:, 1]))
print(np.mean(areas), np.std(areas))
"""


def test_shuffled_labels_teach_nothing(demo: tuple[Path, str]) -> None:
    """Features that held the answer would let a model do better than a coin even so.

    One such model may rank by an hour or a carrier that happens to matter; over twenty of them that cancels out.
    """
    project = demo[0] / "build/demo/flight-delays"
    area, _ = map(float, run(project / ".venv/bin/python", "-c", SHUFFLED, cwd=project).stdout.split()[-2:])
    assert area == pytest.approx(0.5, abs=0.03)


PROMOTE = """
from mlflow import MlflowClient

MlflowClient("sqlite:///mlflow.db").set_registered_model_alias("flight-delays", "champion", "1")
"""


def test_december_is_found_and_november_is_quiet(demo: tuple[Path, str]) -> None:
    """Trained on January to August; December's share of late flights is twice that of the months that judged it."""
    project = demo[0] / "build/demo/flight-delays"
    run(project / ".venv/bin/python", "-c", PROMOTE, cwd=project)
    run("make", "run", "ARGS=--pipelines=inference", cwd=project)
    run("make", "outcomes", cwd=project)
    reports: dict[str, Any] = {}
    for month in ("2013-11", "2013-12"):
        run("make", "monitor", f"ARGS=--params=monitoring.window.month={month}", cwd=project)
        reports[month] = json.loads((project / "data/08_reporting/monitoring.json").read_text("utf-8"))
    alerts = {
        month: {signal["name"] for signal in report["signals"] if signal["verdict"] == "alert"}
        for month, report in reports.items()
    }
    assert (alerts["2013-11"], reports["2013-11"]["retrain"]) == (set(), False)
    assert {"shift/actual", "performance/neg_log_loss"} <= alerts["2013-12"]
    assert reports["2013-12"]["retrain"]
