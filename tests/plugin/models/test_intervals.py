"""Predictions with an interval: it holds what happens as often as it says, and survives being kept."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro_modelops.errors import RefusedError
from kedro_modelops.models.estimators import Candidate, build_estimator
from kedro_modelops.models.intervals.asking import inside, predict_interval
from kedro_modelops.models.model_format import ModelFormat
from kedro_modelops.models.recorded_answers import Recorded
from kedro_modelops.models.scoring import answer
from kedro_modelops.testing.project import PROJECT

DRAW = np.random.default_rng(11)
ROWS = 3000
X = pd.DataFrame({"size": DRAW.uniform(0, 10, ROWS), "age": DRAW.uniform(0, 1, ROWS)})
Y = pd.Series(3 * X["size"] + DRAW.normal(size=ROWS) * (1 + X["size"]))
"""The larger, the less sure."""
HALF = ROWS // 2
BOOSTING = {"class": "sklearn.ensemble.HistGradientBoostingRegressor", "options": {"loss": "quantile", "max_iter": 30}}
OLDER = {"class": "sklearn.ensemble.GradientBoostingRegressor", "options": {"loss": "quantile", "n_estimators": 20}}
LINEAR = {"class": "sklearn.linear_model.QuantileRegressor", "options": {"alpha": 0}}
TRUSTED = ["numpy.dtype", "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"]


def model(estimator: dict[str, Any] | None = None, **options: Any) -> Any:
    """An untrained pipeline, as parameters make it."""
    named = {"estimator": estimator} if estimator else {}
    stated = {"class": "kedro_modelops.models.intervals.QuantileInterval", "options": named | options}
    return build_estimator(Candidate.model_validate({"estimator": stated}), X, 1)


@pytest.mark.parametrize(
    ("estimator", "options"),
    [(None, {}), (BOOSTING, {}), (OLDER, {"option": "alpha"}), (LINEAR, {"coverage": 0.8})],
)
def test_the_share_of_rows_that_it_says_lies_in_the_interval(
    estimator: dict[str, Any] | None, options: dict[str, Any]
) -> None:
    fitted = model(estimator, **options).fit(X[:HALF], Y[:HALF])
    intervals = predict_interval(fitted, X[HALF:])
    assert intervals is not None
    assert inside(intervals, Y[HALF:]).mean() == pytest.approx(options.get("coverage", 0.9), abs=0.04)
    said = fitted.predict(X[HALF:])
    assert ((intervals[:, 0] <= said) & (said <= intervals[:, 1])).all()
    widths = pd.Series(intervals[:, 1] - intervals[:, 0], X.index[HALF:])
    large = X["size"][HALF:] > 5
    assert widths[large].mean() > 1.5 * widths[~large].mean()


def test_bounds_that_fit_their_own_rows_too_well_are_set_right() -> None:
    eager = BOOSTING | {"options": {"loss": "quantile", "max_iter": 200, "min_samples_leaf": 2}}
    fitted = model(eager).fit(X[:300], Y[:300])
    intervals = predict_interval(fitted, X[HALF:])
    assert intervals is not None
    assert fitted[-1].margin_ > 1
    assert inside(intervals, Y[HALF:]).mean() > 0.84


def test_it_is_the_same_model_each_time_and_weights_count() -> None:
    first, second = (model().fit(X[:500], Y[:500]) for _ in range(2))
    np.testing.assert_array_equal(predict_interval(first, X), predict_interval(second, X))
    heavy = model().fit(X[:500], Y[:500], estimator__sample_weight=np.where(Y[:500] > 3 * X["size"][:500], 5.0, 0.1))
    assert heavy.predict(X).mean() > first.predict(X).mean()


def test_it_is_kept_loaded_and_asked_as_other_models_are() -> None:
    fitted = model().fit(X[:500], Y[:500])
    loaded = ModelFormat(TRUSTED, PROJECT / "requirements/serve.txt").check(fitted)
    said = answer(loaded, X[:20])
    np.testing.assert_array_equal(said.intervals, predict_interval(fitted, X[:20]))
    np.testing.assert_array_equal(Recorded(loaded, X[:20]).predict_interval(np.array([3])), said.intervals[3:4])
    np.testing.assert_array_equal(Recorded.remember(loaded, said).answers["predict_interval"], said.intervals)
    with pytest.raises(RefusedError, match=r"not trusted: sklearn.*TreePredictor\. If you"):
        ModelFormat([], None).check(fitted)


@pytest.mark.parametrize(
    ("estimator", "options", "told"),
    [
        ({"class": BOOSTING["class"]}, {}, "loss='squared_error': say `loss: quantile` among its options"),
        (OLDER, {}, "Invalid parameter 'quantile'"),
        (None, {"coverage": 90}, "coverage is 90, but has to be a share"),
    ],
)
def test_what_gives_no_interval_is_refused(estimator: Any, options: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        model(estimator, **options).fit(X[:100], Y[:100])
