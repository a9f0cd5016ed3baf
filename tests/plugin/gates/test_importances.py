"""A useless feature is found useless, and a useful one useful."""

import numpy as np
import pandas as pd
import pytest
from kedro_modelops.pipelines.evaluation.importances import measure_importances
from kedro_modelops.pipelines.evaluation.parameters import Evaluation
from made_up_problems import PROBLEM, SCORING, SEED, Case, honest

USEFUL, USELESS = {"hour", "load"}, {"noise", "region", "drawn", "constant", "unseen"}


def planted(table: pd.DataFrame) -> pd.DataFrame:
    """Adds a feature that says nothing, one that never changes, and one that says something in training alone."""
    drawn = np.random.default_rng(SEED).integers(7, size=len(table)).astype(float)
    return table.assign(drawn=drawn, constant=1.0, unseen=9.0)


def importances(case: Case, repeats: int, rows: int, seed: int) -> pd.DataFrame:
    asked = {"metrics": {SCORING[case.kind]: "decides"}, "slices": {"columns": [], "min_samples": 100}}
    asked |= {"importance": {"repeats": repeats, "max_samples": rows}, "profile_rows": 100}
    evaluation = Evaluation.model_validate(asked)
    return measure_importances(case.model, case.test_set, PROBLEM, evaluation, SCORING[case.kind], seed)


@pytest.mark.parametrize("kind", SCORING)
def test_planted_features_are_found(kind: str) -> None:
    case = honest(kind)
    train = planted(case.train_set).assign(unseen=case.train_set["at"].dt.month.astype(float))
    found = importances(case.but(train_set=train, test_set=planted(case.test_set)), 5, 1000, SEED).set_index("feature")
    assert set(found.index[found["useful"]]) == USEFUL
    assert set(found.index[~found["useful"]]) == USELESS
    assert found.loc[["constant", "unseen"], ["importance", "std"]].to_numpy().tolist() == [[0, 0], [0, 0]]
    assert list(found.index[:2]) == sorted(USEFUL, key=lambda name: -found["importance"][name])


@pytest.mark.parametrize("kind", SCORING)
def test_no_feature_carries_what_other_rows_make(kind: str) -> None:
    case = honest(kind)
    tested = planted(case.test_set)
    blind = case.but(train_set=planted(case.train_set)[["id", "at", "constant", "unseen", "outcome"]], test_set=tested)
    found = importances(blind.but(test_set=tested[["id", "at", "constant", "unseen", "outcome"]]), 2, 50, SEED)
    assert found[["importance", "std"]].to_numpy().tolist() == [[0, 0], [0, 0]]


def test_the_same_seed_finds_the_same() -> None:
    first, second = (importances(honest("regression"), 2, 100, SEED) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
