"""Free text without nulls, as vectorizers need it."""

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin


class TextImputer(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # no types
    """Takes a missing text for an empty one; the first step of each column of free text."""

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803  (scikit-learn's names)
        """Learns nothing."""
        return self

    def transform(self, X: Any) -> np.ndarray:  # noqa: N803
        """The texts of one column."""
        return pd.Series(X, dtype=object).fillna("").to_numpy()

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        """The names as they came: what follows gives features theirs."""
        return input_features

    def __sklearn_is_fitted__(self) -> bool:
        """It always is."""
        return True
