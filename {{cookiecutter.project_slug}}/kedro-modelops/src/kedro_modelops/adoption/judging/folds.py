"""Which cross-validation suits a table: as many folds as there are rows, classes and groups for."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold, TimeSeriesSplit

from kedro_modelops.adoption.judging.model_input import SEED, goal_name, roles_of
from kedro_modelops.adoption.proposing.proposal import Proposal

LARGE = 20_000
"""Rows beyond which three folds do."""
SPLITTERS = "sklearn.model_selection"


def folds_of(proposal: Proposal, train: pd.DataFrame) -> dict[str, Any]:
    """What divides the training set: in the order of time, by whole groups, or by rows that are drawn."""
    count = 3 if len(train) > LARGE else 5
    if proposal.time:
        ordered = roles_of(proposal).in_time_order(train)
        target, features = ordered[goal_name(proposal)], ordered[list(proposal.features)]
        for splits in range(count - 1, 1, -1):
            folds = list(TimeSeriesSplit(splits).split(ordered))
            fit = proposal.kind == "regression" or _each_class_occurs(target, folds)
            if fit and not any(features.iloc[learned].isna().all().any() for learned, _ in folds):
                return {"class": f"{SPLITTERS}.TimeSeriesSplit", "options": {"n_splits": splits}}
    if proposal.group:
        return _folds_of_groups(proposal, train, count)
    name = "KFold" if proposal.kind == "regression" else "StratifiedKFold"
    return {"class": f"{SPLITTERS}.{name}", "options": {"n_splits": count, "shuffle": True}}


def _folds_of_groups(proposal: Proposal, train: pd.DataFrame, most: int) -> dict[str, Any]:
    """As many folds as there are classes and groups for."""
    target, groups = train[goal_name(proposal)], train[proposal.group]
    if proposal.kind == "regression":
        splits = min(most, groups.nunique())
        return {"class": f"{SPLITTERS}.GroupKFold", "options": {"n_splits": splits, "shuffle": True}}
    fit = (
        splits
        for splits in range(most, 2, -1)
        for folds in [StratifiedGroupKFold(splits, shuffle=True, random_state=SEED)]
        if _each_class_occurs(target, folds.split(train, target, groups))
    )
    return {"class": f"{SPLITTERS}.StratifiedGroupKFold", "options": {"n_splits": next(fit, 2), "shuffle": True}}


def _each_class_occurs(target: pd.Series, folds: Iterable[Any]) -> bool:
    classes = target.nunique()
    return all(target.iloc[part].nunique() == classes for fold in folds for part in fold)
