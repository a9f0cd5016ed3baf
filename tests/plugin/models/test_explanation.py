import numpy as np
import pandas as pd
import pytest
from kedro_modelops.errors import RefusedError
from kedro_modelops.models import explanation
from kedro_modelops.models.explanation import DRAWS, explain, raw_record
from kedro_modelops.predictions.rows import find_case
from kedro_modelops.roles import Roles
from sklearn.base import BaseEstimator
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

PROBLEM = Roles(target="y", key="id")
RNG = np.random.default_rng(1)
ROWS = pd.DataFrame({"a": RNG.normal(size=300), "b": RNG.normal(size=300), "kind": RNG.choice(["x", "y", "z"], 300)})
ROW = ROWS.iloc[[0]]


def fitted(estimator: BaseEstimator, target: pd.Series) -> Pipeline:
    columns = make_column_transformer(
        (StandardScaler(), ["a", "b"]), (OneHotEncoder(), ["kind"]), verbose_feature_names_out=False, sparse_threshold=1
    )
    return make_pipeline(columns, estimator).fit(ROWS, target)


def test_contributions_to_a_linear_model_are_its_terms() -> None:
    model = fitted(LinearRegression(), 3 * ROWS["a"] - 2 * ROWS["b"])
    found = explain(model, ROW, ROWS, seed=0)
    drawn = ROWS.sample(DRAWS, replace=True, random_state=0)
    assert found.answer == "prediction"
    assert found.contributions["a"] == pytest.approx(3 * (ROW["a"].iloc[0] - drawn["a"].mean()))
    assert found.contributions["b"] == pytest.approx(-2 * (ROW["b"].iloc[0] - drawn["b"].mean()))
    assert found.contributions["kind"] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("model", "answer"),
    [
        (fitted(LogisticRegression(), ROWS["a"] > 0), "True"),
        (fitted(RandomForestClassifier(10, random_state=0), ROWS["kind"]), str(ROW["kind"].iloc[0])),
    ],
)
def test_contributions_make_the_score(model: Pipeline, answer: str) -> None:
    found = explain(model, ROW, ROWS, seed=0)
    told = dict(zip(map(str, model.classes_), model.predict_proba(ROW)[0], strict=True))
    assert found.answer == answer
    assert found.score == pytest.approx(told[answer])
    assert found.usual + found.contributions.sum() == pytest.approx(found.score)
    assert found.contributions.abs().is_monotonic_decreasing


def test_the_most_important_feature_contributes_most_and_the_same_each_time() -> None:
    model = fitted(RandomForestClassifier(10, random_state=0), ROWS["kind"])
    first, second = (explain(model, ROW, ROWS, seed=3).contributions for _ in range(2))
    assert first.index[0] == "kind"
    pd.testing.assert_series_equal(first, second)


def test_what_the_estimator_gets_is_shown_without_other_categories() -> None:
    found = explain(fitted(LinearRegression(), ROWS["a"]), ROW, ROWS, seed=0)
    assert found.transformed.keys() == {"a", "b", f"kind_{ROW['kind'].iloc[0]}"}


def test_a_row_and_its_record_are_found_by_key(monkeypatch: pytest.MonkeyPatch) -> None:
    table = ROWS.assign(id=range(300), y=1.0)
    assert find_case("7", PROBLEM, table, []).features.index.tolist() == [7]
    monkeypatch.setenv("PREDICTION_STORE_URL", "sqlite://")
    with pytest.raises(RefusedError, match=r"no held-out row has the id 300 \(the first has 0\), and no prediction"):
        find_case("300", PROBLEM, table, [])
    parts = {"2026-01": lambda: table[:5], "2026-02": lambda: table[5:]}
    keys = f"{__name__}.ids"
    monkeypatch.setattr(explanation, "team_package", lambda: __name__)
    assert raw_record(table, keys, "7")["a"] == raw_record(parts, keys, "7")["a"] == ROWS["a"][7]
    assert raw_record(parts, keys, "300") == {}


def ids(table: pd.DataFrame) -> pd.Series:
    return table["id"]


@pytest.mark.parametrize(
    "path", ["subprocess.getoutput", "builtins.eval", "flight_delays.pipeline_registry.Pipeline", "os"]
)
def test_keys_come_from_a_function_of_the_project_and_from_nowhere_else(path: str) -> None:
    with pytest.raises(RefusedError, match=r"raw_record\.key .*conf/base/parameters_registration.*" + path):
        raw_record(ROWS, path, "7")
