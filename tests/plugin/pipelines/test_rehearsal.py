"""What would fail after the search is found before it, on a few rows, and told with the cure."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from flight_delays.settings import CONFIG_LOADER_ARGS
from kedro.config import OmegaConfigLoader
from kedro_modelops.errors import RefusedError
from kedro_modelops.models.model_format import ModelFormat
from kedro_modelops.pipelines.training.nodes import compare_candidates, fit_best
from kedro_modelops.pipelines.training.parameters import Training
from kedro_modelops.pipelines.training.rehearsal import rehearse
from kedro_modelops.roles import Roles
from pydantic import ValidationError

PROJECT = Path.cwd()
PROBLEM = Roles(target="weather", key="id", time="day")
RNG = np.random.default_rng(1)
WIND = RNG.normal(size=900)
TABLE = pd.DataFrame(
    {
        "id": range(900),
        "day": pd.date_range("2024-01-01", periods=900),
        "wind": WIND,
        "station": RNG.choice(["north", "east", "south"], 900),
        "weather": np.where(WIND > 0.5, "dry", np.where(WIND > -0.5, "damp", "wet")),
    }
)
PREPARED = {
    "numeric": [{"class": "sklearn.impute.SimpleImputer"}],
    "categorical": [{"class": "sklearn.preprocessing.OneHotEncoder", "options": {"handle_unknown": "ignore"}}],
}


@pytest.fixture(scope="module")
def trusted() -> list[str]:
    catalog = OmegaConfigLoader(str(PROJECT / "conf"), **CONFIG_LOADER_ARGS)["catalog"]
    return list(catalog["model"]["trusted_types"])


@pytest.fixture
def model_format(trusted: list[str]) -> ModelFormat:
    return ModelFormat(trusted, PROJECT / "requirements" / "serve.txt")


def training(estimator: str, space: dict[str, list[Any]] | None = None, **settings: Any) -> Training:
    options = settings.pop("options", {})
    candidate = PREPARED | {"estimator": {"class": estimator, "options": options}, "space": space or {}}
    return Training.model_validate(
        {
            "seed": 1,
            "scoring": "balanced_accuracy",
            "search": {"class": "sklearn.model_selection.GridSearchCV"},
            "cross_validation": {"class": "sklearn.model_selection.TimeSeriesSplit", "options": {"n_splits": 2}},
            "candidates": {"mine": candidate},
        }
        | settings
    )


def test_classes_that_are_words_and_an_estimator_without_probabilities_work(model_format: ModelFormat) -> None:
    for estimator in ("sklearn.svm.LinearSVC", "sklearn.svm.SVC", "sklearn.linear_model.RidgeClassifier"):
        chosen = training(estimator)
        rehearse(TABLE, PROBLEM, chosen, ["accuracy", "f1_macro"], model_format)
        model = fit_best(TABLE, compare_candidates(TABLE, PROBLEM, chosen), PROBLEM, chosen).estimator
        assert set(model_format.check(model).predict(PROBLEM.features(TABLE))) == {"dry", "damp", "wet"}


@pytest.mark.parametrize("metrics", [["roc_auc_ovr"], ["neg_log_loss"]])
def test_metrics_that_need_probabilities_are_told_where_there_are_none(
    metrics: list[str], model_format: ModelFormat
) -> None:
    with pytest.raises(RefusedError, match=rf"candidates\.mine, sklearn\.svm\.SVC: {metrics[0]} needs probabilities"):
        rehearse(TABLE, PROBLEM, training("sklearn.svm.SVC"), metrics, model_format)
    wrapped = training(
        "sklearn.calibration.CalibratedClassifierCV", options={"estimator": {"class": "sklearn.svm.SVC"}}
    )
    with pytest.raises(RefusedError, match=r"not trusted: sklearn\.calibration\._CalibratedClassifier, "):
        rehearse(TABLE, PROBLEM, wrapped, metrics, model_format)


def test_a_metric_that_does_not_suit_the_target_is_told(model_format: ModelFormat) -> None:
    tree = training("sklearn.tree.DecisionTreeClassifier")
    with pytest.raises(RefusedError, match=r"roc_auc \(training.scoring or evaluation.metrics\) cannot be computed"):
        rehearse(TABLE, PROBLEM, tree, ["roc_auc"], model_format)


def test_types_that_are_not_trusted_are_told_by_name_with_the_place_to_add_them(
    model_format: ModelFormat, trusted: list[str]
) -> None:
    neighbours = training(
        "sklearn.neighbors.KNeighborsClassifier", {"n_neighbors": [1, 200]}, options={"algorithm": "kd_tree"}
    )
    with pytest.raises(RefusedError, match=r"not trusted: .*_kd_tree.KDTree.* trusted_types .*catalog\.yml") as told:
        rehearse(TABLE, PROBLEM, neighbours, ["accuracy"], model_format)
    assert "dvc checkout" not in told.value.message
    named = told.value.message.partition("not trusted: ")[2].partition(". If")[0].split(", ")
    allowed = ModelFormat([*trusted, *named], PROJECT / "requirements" / "serve.txt")
    rehearse(TABLE, PROBLEM, neighbours, ["accuracy"], allowed)  # 200 neighbours need more than the first hundred rows


@pytest.mark.parametrize(
    ("space", "told"),
    [
        ({"max_deph": [1]}, "there is no option 'max_deph'; did you mean max_depth"),
        ({"columns__numeric__imputer__strategy": ["mean"]}, "did you mean columns__numeric__simpleimputer__strategy"),
        ({"strategy": ["mean"]}, "did you mean columns__numeric__simpleimputer__strategy"),
        ({"max_depth": [1, "deep"]}, "cannot be trained with .*deep.*max_depth"),
        ({"columns__numeric__simpleimputer__strategy": ["mean", "guess"]}, "cannot be trained with .*guess"),
    ],
)
def test_a_space_that_the_pipeline_does_not_take_is_told(
    space: dict[str, list[Any]], told: str, model_format: ModelFormat
) -> None:
    with pytest.raises(RefusedError, match=told):
        rehearse(TABLE, PROBLEM, training("sklearn.tree.DecisionTreeClassifier", space), ["accuracy"], model_format)


def test_the_whole_pipeline_can_be_searched(model_format: ModelFormat) -> None:
    space = {"columns__numeric__simpleimputer__strategy": ["mean", "median"], "max_depth": [2]}
    chosen = training("sklearn.tree.DecisionTreeClassifier", space)
    rehearse(TABLE, PROBLEM, chosen, ["accuracy"], model_format)
    results = compare_candidates(TABLE, PROBLEM, chosen)
    assert len(results) == 2
    results = results[results["settings"].str.contains("median")]
    model = fit_best(TABLE, results, PROBLEM, chosen).estimator
    assert model["columns"].named_transformers_["numeric"][0].strategy == "median"
    assert model["estimator"].max_depth == 2


@pytest.mark.parametrize(
    ("splitter", "options", "told"),
    [
        ("GroupKFold", {}, "GroupKFold, cannot divide 900 rows: .*groups.* of which no column tells"),
        ("LeaveOneGroupOut", {}, "of which no column tells"),
        ("KFold", {"n_splits": 901}, "cannot divide 900 rows"),
        ("KFold", {"n_splits": 1}, "cannot divide 900 rows"),
        ("PredefinedSplit", {}, "cannot divide 900 rows"),
    ],
)
def test_a_splitter_that_cannot_divide_the_rows_is_told(
    splitter: str, options: dict[str, Any], told: str, model_format: ModelFormat
) -> None:
    chosen = training(
        "sklearn.tree.DecisionTreeClassifier",
        cross_validation={"class": f"sklearn.model_selection.{splitter}", "options": options},
    )
    with pytest.raises(RefusedError, match=told):
        rehearse(TABLE, PROBLEM, chosen, ["accuracy"], model_format)


def test_folds_of_one_class_are_told(model_format: ModelFormat) -> None:
    sorted_ = TABLE.sort_values("weather").assign(day=TABLE["day"].to_numpy())
    with pytest.raises(RefusedError, match="fold 1 has rows of one class only to learn from"):
        rehearse(
            sorted_,
            PROBLEM,
            training(
                "sklearn.tree.DecisionTreeClassifier",
                cross_validation={"class": "sklearn.model_selection.TimeSeriesSplit", "options": {"n_splits": 5}},
            ),
            ["accuracy"],
            model_format,
        )


def test_each_candidate_that_would_fail_is_told_at_once(model_format: ModelFormat) -> None:
    chosen = training("sklearn.linear_model.LinearRegression").model_dump(by_alias=True)
    chosen["candidates"]["theirs"] = chosen["candidates"]["mine"] | {
        "estimator": {"class": "sklearn.ensemble.RandomForestClassifier", "options": {"n_estimators": "many"}}
    }
    with pytest.raises(RefusedError) as told:
        rehearse(TABLE, PROBLEM, Training.model_validate(chosen), ["accuracy"], model_format)
    first, second, last = told.value.message.splitlines()
    assert "candidates.mine, sklearn.linear_model.LinearRegression: it cannot be trained" in first
    assert "candidates.theirs, sklearn.ensemble.RandomForestClassifier: it cannot be trained" in second
    assert "nothing was searched, and nothing was replaced" in last


def test_a_package_that_the_service_has_not_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "foreign.py").write_text(
        "from sklearn.tree import DecisionTreeClassifier\nclass Tree(DecisionTreeClassifier): pass\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    chosen = training("foreign.Tree", packages=["sklearn", "foreign"])
    trusted = ["foreign.Tree", "sklearn.tree._tree.Tree", "numpy.dtype"]
    with pytest.raises(
        RefusedError, match=r"needs foreign, which .*requirements/serve.txt, .* group `model` of pyproject"
    ):
        rehearse(TABLE, PROBLEM, chosen, ["accuracy"], ModelFormat(trusted, PROJECT / "requirements/serve.txt"))
    lock = tmp_path / "serve.txt"
    lock.write_text((PROJECT / "requirements/serve.txt").read_text() + "\nforeign==1.0\n")
    rehearse(TABLE, PROBLEM, chosen, ["accuracy"], ModelFormat(trusted, lock))


def test_an_empty_list_of_values_is_refused() -> None:
    with pytest.raises(ValidationError, match="max_depth"):
        training("sklearn.tree.DecisionTreeClassifier", {"max_depth": []})
