"""A regression whose predictions come with an interval, made of quantiles and set right on rows held back."""

from math import ceil
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, MetaEstimatorMixin, RegressorMixin, clone
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.model_selection import train_test_split
from sklearn.utils import _safe_indexing


class QuantileInterval(MetaEstimatorMixin, RegressorMixin, BaseEstimator):  # type: ignore[misc]  # no types
    """Predicts the median, and an interval that holds what happens in a share `coverage` of the rows.

    The bounds are quantiles, moved by how far they miss rows that they were not fitted on (conformalized quantile
    regression: Romano, Patterson, Candès, NeurIPS 2019), so that the share holds for rows like those of the training,
    whatever the estimator is. Weights count where quantiles are fitted, not where they are set right.

    Attributes:
        estimator: Whose loss is that of a quantile; gradient boosting where none is named.
        coverage: Share of the rows whose target lies in the interval.
        option: Name of the estimator's option that takes the quantile, such as `alpha`.
        calibrated: Share of the training rows on which the bounds are set right; the median learns from all.
        random_state: Draws these rows.
    """

    def __init__(
        self,
        estimator: BaseEstimator | None = None,
        *,
        coverage: float = 0.9,
        option: str = "quantile",
        calibrated: float = 0.25,
        random_state: int | None = None,
    ) -> None:
        """Takes the options; they are judged when it is fitted."""
        self.estimator, self.coverage, self.option = estimator, coverage, option
        self.calibrated, self.random_state = calibrated, random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:  # noqa: N803  (scikit-learn's names)
        """Fits the median and both bounds.

        Raises:
            ValueError: If `coverage` is no share, or the estimator fits no quantiles.
        """
        if not 0 < self.coverage < 1:
            msg = f"coverage is {self.coverage}, but has to be a share between 0 and 1, such as 0.9"
            raise ValueError(msg)
        target = np.asarray(y, dtype=float)
        weights = None if sample_weight is None else np.asarray(sample_weight)
        learned, held = train_test_split(
            np.arange(len(target)), test_size=self.calibrated, random_state=self.random_state
        )
        self.median_ = self._fit(0.5, X, target, weights, np.arange(len(target)))
        outside = (1 - self.coverage) / 2
        self.lower_ = self._fit(outside, X, target, weights, learned)
        self.upper_ = self._fit(1 - outside, X, target, weights, learned)
        rows = _safe_indexing(X, held)
        missed = np.maximum(self.lower_.predict(rows) - target[held], target[held] - self.upper_.predict(rows))
        level = min(ceil((len(held) + 1) * self.coverage) / len(held), 1)
        self.margin_ = float(np.quantile(missed, level, method="higher"))
        return self

    def predict(self, X: Any) -> np.ndarray:  # noqa: N803
        """The median of each row."""
        return np.asarray(self.median_.predict(X), dtype=float)

    def predict_interval(self, X: Any) -> np.ndarray:  # noqa: N803
        """The lower and the upper bound of each row, in two columns; the median lies between them."""
        median = self.predict(X)
        lower = np.minimum(self.lower_.predict(X) - self.margin_, median)
        return np.column_stack([lower, np.maximum(self.upper_.predict(X) + self.margin_, median)])

    def _fit(self, quantile: float, X: Any, target: np.ndarray, weights: Any, rows: np.ndarray) -> Any:  # noqa: N803
        counted = {} if weights is None else {"sample_weight": weights[rows]}
        return self._of_quantile(quantile).fit(_safe_indexing(X, rows), target[rows], **counted)

    def _of_quantile(self, quantile: float) -> Any:
        if self.estimator is None:
            return HistGradientBoostingRegressor(loss="quantile", quantile=quantile, random_state=self.random_state)
        if "quantile" not in self.estimator.get_params().get("loss", "quantile"):
            name = type(self.estimator).__name__
            msg = f"{name} fits means with loss={self.estimator.loss!r}: say `loss: quantile` among its options"
            raise ValueError(msg)
        return clone(self.estimator).set_params(**{self.option: quantile})
