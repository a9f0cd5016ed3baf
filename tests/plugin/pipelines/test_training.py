import importlib
import json
import sys
from pathlib import Path

import pandas as pd
import pytest
from kedro_modelops.errors import RefusedError
from kedro_modelops.models import class_paths
from kedro_modelops.models.components import Component
from kedro_modelops.models.estimators import build_estimator
from kedro_modelops.pipelines.training.nodes import compare_candidates, fit_best
from kedro_modelops.pipelines.training.parameters import Training
from kedro_modelops.roles import Roles
from pydantic import ValidationError
from sklearn.utils.validation import check_is_fitted

PROBLEM = Roles(target="rained", key="id", time="day")
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


@pytest.mark.parametrize(
    ("rained", "told"),
    [
        (["no"] * 59 + ["yes"], "train_set has one row only where rained is 'yes': .* Add rows of it, or leave it out"),
        (["no", "yes"] * 29 + ["a bit", "hail"], "one row only where rained is 'a bit', 'hail'"),
        (["no"] * 60, "every row of train_set has the same rained: 'no'"),
    ],
)
def test_a_class_of_one_row_is_named_before_the_search(rained: list[str], told: str) -> None:
    with pytest.raises(RefusedError, match=told):
        compare_candidates(TABLE.assign(rained=rained), PROBLEM, training(tree=TREE))


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
        ({"class": "sklearn.nowhere.Tree"}, "cannot be imported"),
        ({"class": "sklearn.tree.DecisionTreeClassifier", "options": {"max_deph": 3}}, "did you mean max_depth"),
        ({"class": "sklearn.tree.DecisionTreeClassifier", "option": {}}, "Extra inputs"),
        (
            {"class": "sklearn.calibration.CalibratedClassifierCV", "options": {"estimator": {"class": "os.system"}}},
            "os.system is not of sklearn",
        ),
    ],
)
def test_a_component_that_cannot_be_made_is_refused(component: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Component.model_validate(component)


def test_an_unknown_scorer_is_refused() -> None:
    with pytest.raises(ValidationError, match="did you mean roc_auc"):
        Training.model_validate(training(tree=TREE).model_dump(by_alias=True) | {"scoring": "roc_au"})


HOSTILE = [
    "subprocess.getoutput",
    "os.system",
    "posix.system",
    "builtins.eval",
    "joblib.load",
    "pickle.loads",
    "antigravity.fly",
    "sklearn.base.warnings.sys.exit",
    "sklearn.utils._joblib.os.system",
    "sklearn.datasets.fetch_openml",
    "sklearn.pipeline.make_pipeline",
    "sklearn.base.clone",
    "sklearn.utils.Bunch",
    "sklearn.base:BaseEstimator.__init_subclass__",
    "sklearn:base.BaseEstimator",
    "sklearn..tree",
    ".sklearn.tree.DecisionTreeClassifier",
    "sklearn.tree.DecisionTreeClassifier.fit",
    "sklearn.pipeline.Path",
    "sklearn",
    "",
    "scipy.stats.norm",
    "sklearn_evil.Tree",
]


@pytest.mark.parametrize("path", HOSTILE)
@pytest.mark.parametrize("place", ["estimator", "transformer", "splitter", "search", "option"])
def test_a_class_path_leads_to_scikit_learn_and_nowhere_else(
    path: str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported: list[str] = []
    monkeypatch.setattr(
        class_paths, "import_module", lambda name: imported.append(name) or importlib.import_module(name)
    )
    component: dict[str, object] = {"class": path, "options": {}}
    settings = training(tree=TREE).model_dump(by_alias=True)
    if place in {"search", "splitter"}:
        settings["search" if place == "search" else "cross_validation"] = component
    elif place == "estimator":
        settings["candidates"]["tree"]["estimator"] = component
    elif place == "transformer":
        settings["candidates"]["tree"]["numeric"] = [component]
    else:
        settings["candidates"]["tree"]["estimator"]["options"] = {"criterion": component}
    with pytest.raises(ValidationError):
        Training.model_validate(settings)
    assert [name for name in imported if name.partition(".")[0] != "sklearn"] == []


@pytest.mark.parametrize(
    ("place", "path"),
    [
        ("search", "sklearn.linear_model.LogisticRegression"),
        ("search", "sklearn.model_selection.KFold"),
        ("cross_validation", "sklearn.model_selection.GridSearchCV"),
        ("cross_validation", "sklearn.model_selection.BaseCrossValidator"),
    ],
)
def test_a_component_of_another_kind_is_refused(place: str, path: str) -> None:
    with pytest.raises(ValidationError, match=f"{path} is no s"):
        Training.model_validate(training(tree=TREE).model_dump(by_alias=True) | {place: {"class": path}})


def test_packages_that_the_parameters_allow_are_searched_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ours.py").write_text(
        "from os import system\n"
        "from sklearn.tree import DecisionTreeClassifier\n"
        "class Tree(DecisionTreeClassifier): pass\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    settings = training(tree=TREE).model_dump(by_alias=True)
    settings["candidates"]["tree"]["estimator"]["class"] = "ours.Tree"
    with pytest.raises(ValidationError, match=r"ours\.Tree is not of sklearn: .* training\.packages"):
        Training.model_validate(settings)
    assert "ours" not in sys.modules
    settings["packages"] = ["sklearn", "ours"]
    assert type(Training.model_validate(settings).candidates["tree"].estimator.build()).__name__ == "Tree"
    settings["candidates"]["tree"]["estimator"]["class"] = "ours.system"
    with pytest.raises(ValidationError, match=r"ours\.system, which comes from posix, is not of sklearn or ours"):
        Training.model_validate(settings)


def test_an_option_may_be_a_component() -> None:
    wrapped = {"class": "sklearn.ensemble.BaggingClassifier", "options": {"estimator": TREE["estimator"]}}
    made = Component.model_validate(wrapped).build(random_state=7)
    assert (made.random_state, made.estimator.random_state) == (7, 7)
