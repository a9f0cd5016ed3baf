"""Columns that say almost alone what became of a row: they are known only after it."""

import warnings
from collections.abc import Iterable

import numpy as np
import pandas as pd
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from kedro_modelops.adoption.proposing.columns import Column

TELLS_ALL = 0.995
"""ROC AUC, or share of the variance, that a column reaches alone."""
ROWS, FOLDS, LEAVES = 20_000, 3, 256
FEWEST = 30
"""Rows on which that says anything."""


def find_leaks(columns: Iterable[Column], target: pd.Series, *, classes: bool) -> dict[str, float]:
    """Columns that predict the target almost alone, with what each reaches on rows that it was not fitted on.

    Args:
        columns: What could be a feature.
        target: What became of each row; null where that is not known.
        classes: Whether it is one of a few classes.
    """
    rows = target.dropna().index
    if len(rows) > ROWS:
        rows = target.loc[rows].sample(ROWS, random_state=0).index
    if len(rows) < FEWEST or (classes and target.loc[rows].value_counts().min() < FOLDS):
        return {}
    wanted = pd.Series(pd.factorize(target.loc[rows], sort=True)[0] if classes else target.loc[rows].to_numpy(float))
    reached = {column.name: _alone(_numbers(column.content.loc[rows]), wanted, classes=classes) for column in columns}
    return {name: score for name, score in reached.items() if score >= TELLS_ALL}


def _numbers(values: pd.Series) -> np.ndarray:
    """The column as one of numbers; the values of a text get theirs in the order of the alphabet."""
    if values.dtype == object:
        codes = pd.factorize(values, sort=True)[0].astype(float)
        return np.where(codes < 0, np.nan, codes)
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return np.where(values.isna(), np.nan, values.astype("int64").to_numpy(float))
    return values.to_numpy(float)


def _alone(numbers: np.ndarray, target: pd.Series, *, classes: bool) -> float:
    known = numbers.reshape(-1, 1)
    leaves = {"max_leaf_nodes": LEAVES, "min_samples_leaf": 2, "random_state": 0}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if classes:
            tree, folds = DecisionTreeClassifier(**leaves), StratifiedKFold(FOLDS, shuffle=True, random_state=0)
            scorer = "roc_auc" if target.nunique() == 2 else "roc_auc_ovr"  # noqa: PLR2004
        else:
            tree, folds, scorer = DecisionTreeRegressor(**leaves), KFold(FOLDS, shuffle=True, random_state=0), "r2"
        score = float(np.mean(cross_val_score(tree, known, target, cv=folds, scoring=scorer)))
        if classes:
            return score
        both = ~np.isnan(numbers)
        if both.sum() < FEWEST or np.ptp(numbers[both]) == 0 or np.ptp(target[both]) == 0:
            return score
        alone, told = pd.Series(numbers[both]), target[both]
        pairs = ((alone, told), (alone.rank(), told.rank()))  # ranks are those of its logarithm too
        return max(score, *(float(np.corrcoef(pair)[0, 1] ** 2) * float(both.mean()) for pair in pairs))
