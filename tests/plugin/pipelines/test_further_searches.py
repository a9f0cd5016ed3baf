"""Searches by halving, targets that are transformed and estimators within estimators: by parameters alone."""

import json
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro_modelops.errors import RefusedError
from kedro_modelops.models.model_format import ModelFormat
from kedro_modelops.pipelines.training.nodes import compare_candidates, fit_best
from kedro_modelops.pipelines.training.optuna_search import OptunaSearch
from kedro_modelops.pipelines.training.parameters import Training
from kedro_modelops.pipelines.training.rehearsal import rehearse
from kedro_modelops.roles import Roles

DRAW = np.random.default_rng(3)
ROLES = Roles(target="price", key="id", time="day", weight="counts")
TABLE = pd.DataFrame(
    {
        "id": [f"house-{number}" for number in range(200)],
        "day": pd.date_range("2024-01-01", periods=200, tz="UTC"),
        "size": DRAW.gamma(3, 20, 200),
        "rooms": DRAW.integers(1, 6, 200),
        "counts": 1.0,
    }
)
TABLE["price"] = np.exp(0.02 * TABLE["size"] + 0.1 * TABLE["rooms"] + DRAW.normal(0, 0.1, 200))
RIDGE = {"class": "sklearn.linear_model.Ridge"}
QUANTILES = {
    "class": "sklearn.preprocessing.QuantileTransformer",
    "options": {"n_quantiles": 20, "output_distribution": "normal"},
}
TREE = {"class": "sklearn.tree.DecisionTreeRegressor"}
OURS = "kedro_modelops.pipelines.training.optuna_search.OptunaSearch"
ESTIMATORS: dict[str, dict[str, Any]] = {
    "transformed target": {
        "estimator": {
            "class": "sklearn.compose.TransformedTargetRegressor",
            "options": {"regressor": RIDGE, "transformer": QUANTILES},
        },
        "space": {"regressor__alpha": [1.0, 0.1]},
    },
    "stack": {
        "estimator": {
            "class": "sklearn.ensemble.StackingRegressor",
            "options": {"estimators": [["line", RIDGE], ["tree", TREE]], "final_estimator": RIDGE, "cv": 2},
        },
        "space": {"tree__max_depth": [1, 2], "final_estimator__alpha": [1.0, 10.0]},
    },
    "votes": {
        "estimator": {
            "class": "sklearn.ensemble.BaggingRegressor",
            "options": {"estimator": TREE, "n_estimators": 3},
        },
        "space": {"estimator__max_depth": [1, 2]},
    },
}


def training(search: str, candidate: dict[str, Any], **options: Any) -> Training:
    path = OURS if search == "OptunaSearch" else f"sklearn.model_selection.{search}"
    return Training.model_validate(
        {
            "seed": 1,
            "scoring": "neg_mean_absolute_error",
            "search": {"class": path, "options": options},
            "cross_validation": {"class": "sklearn.model_selection.TimeSeriesSplit", "options": {"n_splits": 2}},
            "candidates": {"mine": candidate},
        }
    )


@pytest.fixture
def model_format() -> ModelFormat:
    return ModelFormat(["sklearn.tree._tree.Tree", "numpy.dtype", "sklearn.utils._bunch.Bunch"], None)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_estimators_within_estimators_are_rehearsed_searched_and_fitted(name: str, model_format: ModelFormat) -> None:
    chosen = training("GridSearchCV", ESTIMATORS[name])
    rehearse(TABLE, ROLES, chosen, ["r2"], model_format)
    results = compare_candidates(TABLE, ROLES, chosen)
    space = ESTIMATORS[name]["space"]
    assert len(results) == np.prod([len(values) for values in space.values()])
    model = fit_best(TABLE, results, ROLES, chosen).estimator
    best = json.loads(results.loc[0, "settings"])
    assert {option: model[-1].get_params()[option] for option in space} == best
    assert model_format.check(model).predict(TABLE[["size", "rooms"]].astype(float)).shape == (200,)


@pytest.mark.parametrize(
    ("search", "options"),
    [("HalvingGridSearchCV", {"factor": 2}), ("HalvingRandomSearchCV", {"factor": 2, "n_candidates": 8})],
)
def test_halving_ends_with_the_settings_that_saw_most_rows(search: str, options: dict[str, int]) -> None:
    candidate = {"estimator": TREE, "space": {"max_depth": [1, 2, 3, 4], "min_samples_leaf": [1, 5, 10]}}
    results = compare_candidates(TABLE, ROLES, training(search, candidate, **options))
    assert 0 < len(results) < 12
    assert not results["settings"].duplicated().any()
    assert fit_best(TABLE, results, ROLES, training(search, candidate)).estimator[-1].get_depth() > 0


def test_optuna_that_is_not_installed_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    candidate = {"estimator": RIDGE, "space": {"alpha": [1.0, 0.1]}}
    with pytest.raises(RefusedError, match="add optuna to the group `model` of pyproject"):
        compare_candidates(TABLE, ROLES, training(OptunaSearch.__name__, candidate, n_trials=3))
