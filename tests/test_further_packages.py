"""Estimators and searches of other packages, by parameters alone: with the packages themselves."""

import shutil
from pathlib import Path

import pytest

from conftest import Bake

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]

PACKAGES = {
    "lightgbm": "lightgbm.LGBMRegressor",
    "xgboost": "xgboost.XGBRegressor",
    "xgboost on a GPU": "xgboost.XGBRegressor",
}
OPTIONS = {
    "lightgbm": {"verbose": -1, "n_jobs": 1},
    "xgboost": {"n_jobs": 1},
    "xgboost on a GPU": {"n_jobs": 1, "device": "cuda"},
}
DISTRIBUTIONS = {"xgboost": "xgboost-cpu", "xgboost on a GPU": "xgboost"}
NEEDS_GPU = pytest.mark.skipif(shutil.which("nvidia-smi") is None, reason="there is no GPU: no nvidia-smi")
TRIED = """
import warnings

import numpy as np
import pandas as pd

from kedro_modelops.errors import RefusedError
from kedro_modelops.models.model_format import ModelFormat
from kedro_modelops.pipelines.training.nodes import compare_candidates, fit_best
from kedro_modelops.pipelines.training.parameters import Training
from kedro_modelops.pipelines.training.rehearsal import rehearse
from kedro_modelops.roles import Roles

path, options = {path!r}, {options!r}
draw = np.random.default_rng(1)
table = pd.DataFrame({{"id": range(200), "size": draw.normal(size=200), "rooms": draw.integers(1, 6, 200)}})
table["counts"] = 1.0
table["price"] = 3 * table["size"] + table["rooms"] + draw.normal(0, 0.1, 200)
roles = Roles(target="price", key="id", weight="counts")
training = Training.model_validate({{
    "packages": ["sklearn", path.partition(".")[0]], "seed": 1, "scoring": "r2",
    "search": {{"class": {search!r}, "options": {{"n_trials": 3}}}},
    "cross_validation": {{"class": "sklearn.model_selection.KFold", "options": {{"n_splits": 2}}}},
    "candidates": {{
        "mine": {{"estimator": {{"class": path, "options": options}}, "space": {{"max_depth": [2, 3, 4]}}}}
    }},
}})
warnings.simplefilter("ignore")
trusted = []
try:
    rehearse(table, roles, training, ["r2"], ModelFormat([], None))
except RefusedError as error:
    trusted = error.message.partition("not trusted: ")[2].partition(". If")[0].split(", ")
rehearse(table, roles, training, ["r2"], ModelFormat(trusted, None))
results = compare_candidates(table, roles, training)
model = fit_best(table, results, roles, training).estimator
print(len(results), "settings, trusted", trusted, "r2", round(model.score(table[["size", "rooms"]], table["price"]), 2))
"""
OPTUNA = "kedro_modelops.pipelines.training.optuna_search.OptunaSearch"


@pytest.mark.parametrize(
    "package", [pytest.param(name, marks=NEEDS_GPU) if "GPU" in name else name for name in PACKAGES]
)
def test_estimators_of_other_packages_are_searched_by_optuna(package: str, bake: Bake, tmp_path: Path) -> None:
    project = bake().copy(tmp_path)
    project.set_up()
    install = (".uv/bin/uv", "pip", "install", "--quiet", "--python", ".venv")
    project.run(*install, "optuna", DISTRIBUTIONS.get(package, package))
    tried = TRIED.format(path=PACKAGES[package], options=OPTIONS[package], search=OPTUNA)
    told = project.run(".venv/bin/python", "-c", tried).stdout
    assert "settings, trusted" in told
