import json

import pandas as pd
import pytest
from pydantic import ValidationError
from sklearn.utils.validation import check_is_fitted

from {{cookiecutter.package_name}}.estimators import Component, build_estimator
from {{cookiecutter.package_name}}.pipelines.training.nodes import compare_candidates, fit_best
from {{cookiecutter.package_name}}.pipelines.training.parameters import Training
from {{cookiecutter.package_name}}.problem import Problem

PROBLEM = Problem(target="rained", key="id", time="day")
TABLE = pd.DataFrame(
    {
        "id": range(60),
        "day": pd.date_range("2024-01-01", periods=60)[::-1],
        "wind": [float(number % 7) for number in range(60)],
        "station": ["north", "east", "south"] * 20,
        "rained": [number % 7 > 3 for number in range(60)],
    }
)
TREE = {
    "categorical": [
        {
            "class": "sklearn.preprocessing.OrdinalEncoder",
            "options": {"handle_unknown": "use_encoded_value", "unknown_value": -1},
        }
    ],
    "estimator": {"class": "sklearn.tree.DecisionTreeClassifier"},
}


def training(**candidates: dict[str, object]) -> Training:
    return Training.model_validate(
        {
            "seed": 1,
            "scoring": "roc_auc",
            "search": {"class": "sklearn.model_selection.GridSearchCV"},
            "cross_validation": {"class": "sklearn.model_selection.TimeSeriesSplit", "options": {"n_splits": 2}},
            "candidates": candidates,
        }
    )


def test_every_setting_of_every_candidate_is_tried_and_the_best_comes_first() -> None:
    chosen = training(shallow=TREE | {"space": {"max_depth": [1, 2]}}, deep=TREE | {"space": {"max_depth": [5]}})
    results = compare_candidates(TABLE, PROBLEM, chosen)
    tried = set(zip(results["candidate"], results["settings"], strict=True))
    assert tried == {("shallow", '{"max_depth": 1}'), ("shallow", '{"max_depth": 2}'), ("deep", '{"max_depth": 5}')}
    assert results["score"].is_monotonic_decreasing


def test_folds_follow_the_order_of_time_whatever_the_order_of_rows() -> None:
    shuffled = compare_candidates(TABLE.sample(frac=1, random_state=1), PROBLEM, training(tree=TREE))
    ordered = compare_candidates(TABLE.sort_values("day"), PROBLEM, training(tree=TREE))
    assert list(shuffled["score"]) == list(ordered["score"])


def test_the_model_is_the_best_setting_fitted_on_all_rows() -> None:
    chosen = training(tree=TREE | {"space": {"max_depth": [3]}})
    results = pd.DataFrame({"candidate": ["tree"], "settings": [json.dumps({"max_depth": 3})]})
    model = fit_best(TABLE, results, PROBLEM, chosen)
    check_is_fitted(model.estimator)
    assert model.estimator["estimator"].max_depth == 3
    assert list(model.example.columns) == ["wind", "station"]
    assert (model.estimator.predict(PROBLEM.features(TABLE)) == TABLE["rained"]).all()


def test_the_same_seed_gives_the_same_model() -> None:
    chosen = training(tree=TREE | {"space": {"max_features": [1]}})
    results = compare_candidates(TABLE, PROBLEM, chosen)
    first, second = (fit_best(TABLE, results, PROBLEM, chosen).estimator for _ in range(2))
    features = PROBLEM.features(TABLE)
    assert (first.predict_proba(features) == second.predict_proba(features)).all()


def test_columns_without_transformers_are_kept_when_numeric_and_left_out_otherwise() -> None:
    bare = training(tree={"estimator": TREE["estimator"]}).candidates["tree"]
    estimator = build_estimator(bare, PROBLEM.features(TABLE), seed=1).fit(PROBLEM.features(TABLE), TABLE["rained"])
    assert list(estimator["columns"].get_feature_names_out()) == ["wind"]


@pytest.mark.parametrize(
    ("component", "told"),
    [
        ({"class": "sklearn.tree.DecisionTreeClassifer"}, "cannot be imported"),
        ({"class": "nowhere.Tree"}, "cannot be imported"),
        ({"class": "sklearn.tree.DecisionTreeClassifier", "options": {"max_deph": 3}}, "did you mean max_depth"),
        ({"class": "sklearn.tree.DecisionTreeClassifier", "option": {}}, "Extra inputs"),
    ],
)
def test_a_component_that_cannot_be_made_is_refused(component: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Component.model_validate(component)


def test_an_unknown_scorer_is_refused() -> None:
    with pytest.raises(ValidationError, match="did you mean roc_auc"):
        Training.model_validate(training(tree=TREE).model_dump(by_alias=True) | {"scoring": "roc_au"})
