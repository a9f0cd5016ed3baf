"""`make demo`, as somebody types it who has just cloned the template."""

import re
from pathlib import Path

import pytest

import sharing
from baking import PYTHONS, run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def demo(template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A clone of the template after `make demo`, where git knows nobody, and what it printed."""
    clone = tmp_path_factory.mktemp("demo") / "clone"
    sharing.share_bytecode(clone / "build/demo/flight-delays")
    run("git", "clone", "--quiet", template, clone, cwd=clone.parent)
    return clone, run("make", f"PYTHON={next(iter(PYTHONS.values()))}", "demo", cwd=clone).stdout


def test_the_demo_shows_what_came_out_and_where_to_look(demo: tuple[Path, str]) -> None:
    _, told = demo
    shown = told[told.rindex("\nflight-delays, version 1, is registered") :].splitlines()
    found = next(line for line in shown if "ROC AUC" in line)
    assert float(found.split()[-1]) >= 0.65
    assert re.fullmatch(r"Gates passed: 1[0-3] of 13", next(line for line in shown if line.startswith("Gates passed")))
    assert "Loading data" not in told
    assert "\x1b" not in told
    assert Path(shown[-2].removeprefix("Report: ").removesuffix(" (open it in a browser)")).is_file()
    assert shown[-1] == "MLflow: make -C build/demo/flight-delays ui"


SHUFFLED = """
import numpy as np
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from sklearn.metrics import roc_auc_score

from kedro_modelops.pipelines.training.nodes import fit_best
from kedro_modelops.pipelines.training.parameters import Training
from kedro_modelops.roles import Roles

bootstrap_project(".")
with KedroSession.create() as session:
    catalog = session.load_context().catalog
train, test = catalog.load("train_set"), catalog.load("test_set")
problem = Roles(**catalog.load("params:problem").model_dump())
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
