"""Rows of one group stay together in the search, and rows count as much as their weights say."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro_modelops.errors import RefusedError
from kedro_modelops.models.model_format import ModelFormat
from kedro_modelops.pipelines.training.nodes import compare_candidates, fit_best
from kedro_modelops.pipelines.training.parameters import Training
from kedro_modelops.pipelines.training.rehearsal import rehearse
from kedro_modelops.roles import Roles
from kedro_modelops.testing.project import PROJECT

DRAW = np.random.default_rng(3)
PATIENT = np.arange(300) // 6
TABLE = pd.DataFrame(
    {
        "id": [f"visit-{number}" for number in range(300)],
        "patient": PATIENT,
        "height": DRAW.normal(170, 10, 50)[PATIENT],
        "dose": DRAW.normal(size=300),
        "ill": DRAW.random(50)[PATIENT] > 0.5,
    }
)
"""Each patient is recognised by the height, which tells nothing of others."""
PATIENTS = Roles(target="ill", key="id", group="patient")
TREE = "sklearn.tree.DecisionTreeClassifier"
TRUSTED = ["sklearn.tree._tree.Tree", "numpy.dtype", TREE]


def training(splitter: str, estimator: str = TREE, search: str = "GridSearchCV", **options: Any) -> Training:
    module = "sklearn.model_selection"
    return Training.model_validate(
        {
            "seed": 1,
            "scoring": "roc_auc",
            "search": {"class": f"{module}.{search}", "options": {"n_iter": 2} if "Random" in search else {}},
            "cross_validation": {"class": f"{module}.{splitter}", "options": options},
            "candidates": {"mine": {"estimator": {"class": estimator}, "space": {"max_depth": [12, 11]}}},
        }
    )


def reached(problem: Roles, chosen: Training) -> float:
    return float(compare_candidates(TABLE, problem, chosen)["score"].max())


@pytest.mark.parametrize("search", ["GridSearchCV", "RandomizedSearchCV"])
@pytest.mark.parametrize("splitter", ["GroupKFold", "StratifiedGroupKFold"])
def test_a_model_that_recognises_patients_is_found_out(splitter: str, search: str) -> None:
    mixed = reached(Roles(target="ill", key="id", carried=("patient",)), training("StratifiedKFold", shuffle=True))
    apart = reached(PATIENTS, training(splitter, search=search, shuffle=True))
    assert mixed > 0.95
    assert apart < 0.7


def test_the_model_does_not_see_group_and_weight() -> None:
    roles = PATIENTS.model_copy(update={"weight": "dose"})
    assert list(roles.features(TABLE)) == ["height"]


@pytest.mark.parametrize(
    ("splitter", "options"),
    [("KFold", {}), ("StratifiedKFold", {"shuffle": True}), ("ShuffleSplit", {}), ("TimeSeriesSplit", {"n_splits": 4})],
)
def test_a_cross_validation_that_divides_groups_is_refused(splitter: str, options: dict[str, Any]) -> None:
    shuffled = TABLE.sample(frac=1, random_state=1, ignore_index=True)
    with pytest.raises(RefusedError, match=r"learns from rows of patient \d+ .* GroupKFold, StratifiedGroupKFold and"):
        rehearse(shuffled, PATIENTS, training(splitter, **options), ["roc_auc"], model_format())


def test_one_group_after_the_other_can_be_left_out() -> None:
    rehearse(TABLE, PATIENTS, training("LeaveOneGroupOut"), ["accuracy"], model_format())


def test_fewer_groups_than_folds_are_told() -> None:
    two = TABLE[TABLE["patient"] < 2].assign(ill=[True, False] * 6)
    with pytest.raises(RefusedError, match=r"GroupKFold, cannot divide 12 rows: .*groups"):
        rehearse(two, PATIENTS, training("GroupKFold", n_splits=3), ["roc_auc"], model_format())


def test_rows_count_as_much_as_their_weight() -> None:
    roles, chosen = Roles(target="ill", key="id", weight="counts"), training("StratifiedKFold", shuffle=True)
    table = TABLE.assign(height=1.0, dose=1.0, patient=0, ill=TABLE.index % 4 == 0)
    results = compare_candidates(table.assign(counts=1.0), roles, chosen)
    heavy = table.assign(counts=np.where(table["ill"], 9.0, 1.0))
    chances = [
        fit_best(rows, results, roles, chosen).estimator.predict_proba(roles.features(rows))[0, 1]
        for rows in (table.assign(counts=1.0), heavy)
    ]
    assert chances == pytest.approx([0.25, 0.75])
    assert len(compare_candidates(heavy, roles, chosen)) == len(results)


def test_an_estimator_that_takes_no_weights_is_told() -> None:
    roles = Roles(target="ill", key="id", weight="counts")
    chosen = training("StratifiedKFold", "sklearn.neighbors.KNeighborsClassifier", shuffle=True).model_dump(
        by_alias=True
    )
    chosen["candidates"]["mine"]["space"] = {}
    with pytest.raises(RefusedError, match=r"cannot be trained: .*sample_weight.*: it takes no weights, which problem"):
        rehearse(TABLE.assign(counts=1.0), roles, Training.model_validate(chosen), ["roc_auc"], model_format())


def model_format() -> ModelFormat:
    return ModelFormat(TRUSTED, PROJECT / "requirements" / "serve.txt")
