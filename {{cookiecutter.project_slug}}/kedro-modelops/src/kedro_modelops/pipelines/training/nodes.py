"""Compares algorithms by cross-validation in the order of time, and fits the best on the whole training set."""

import json
import logging
from typing import Any

import pandas as pd
from rich.progress import track
from sklearn.base import is_classifier

from kedro_modelops.distribution.parallel import on_workers
from kedro_modelops.errors import RefusedError
from kedro_modelops.metrics import find_metric
from kedro_modelops.models.estimators import (
    ESTIMATOR,
    Candidate,
    TrainedModel,
    build_estimator,
    fit_arguments,
    pipeline_name,
    space_of,
)
from kedro_modelops.models.scorers import find_scorer
from kedro_modelops.pipelines.training.parameters import Training
from kedro_modelops.roles import Roles

logger = logging.getLogger(__name__)

EXAMPLE_ROWS = 5


def compare_candidates(train_set: pd.DataFrame, problem: Roles, training: Training) -> pd.DataFrame:
    """Searches the space of each candidate with the same cross-validation.

    Args:
        train_set: Features, key, time and target.
        problem: Roles of the columns.
        training: Candidates, search, cross-validation and scorer.

    Returns:
        One row a setting that was tried, the best first: `candidate`, `settings` (JSON), `score` and `score_std` (mean
        and standard deviation over the folds), `train_score`, `fit_seconds` (mean).

    Raises:
        RefusedError: If a setting cannot be fitted, or the scorer says nothing of a fold.
    """
    table, metric = problem.in_time_order(train_set), find_metric(training.scoring)
    results = []
    for name, candidate in track(training.candidates.items(), description="Searching", transient=True):
        results.append(_search(name, candidate, table, problem, training))
        best = metric.tell(results[-1]["score"].max())
        logger.info("%s: %d settings, the best reaches %s %s", name, len(results[-1]), metric.title, best)
    return pd.concat(results).sort_values("score", ascending=False, kind="stable", ignore_index=True)


def _search(name: str, candidate: Candidate, table: pd.DataFrame, problem: Roles, training: Training) -> pd.DataFrame:
    features, target = problem.features(table), table[problem.target]
    estimator = build_estimator(candidate, features, training.seed, problem.text)
    if is_classifier(estimator):
        _refuse_classes_of_one_row(target)
    search = training.search.build(
        estimator,
        space_of(candidate, estimator),
        scoring=find_scorer(training.scoring),
        cv=training.cross_validation.build(random_state=training.seed),
        refit=False,
        error_score="raise",
        return_train_score=True,
        random_state=training.seed,
    )
    try:
        with on_workers():
            search.fit(features, target, groups=problem.groups(table), **fit_arguments(table, problem))
    except RefusedError:
        raise
    except Exception as error:
        msg = f"training.candidates.{name} fails in the search: {type(error).__name__}: {error}"
        raise RefusedError(msg) from error
    tried = _tried(name, search.cv_results_)
    if tried["score"].isna().any():
        msg = (
            f"training.scoring {training.scoring} cannot be computed of {name} in each fold of "
            "training.cross_validation, as where one lacks a class: take fewer splits, or StratifiedKFold"
        )
        raise RefusedError(msg)
    return tried


def _refuse_classes_of_one_row(target: pd.Series) -> None:
    rows = target.value_counts()
    if len(rows) < 2:  # noqa: PLR2004  (what is one only cannot be told apart)
        msg = f"every row of train_set has the same {target.name}: {', '.join(map(repr, rows.index.tolist()))}"
        raise RefusedError(f"{msg}. Train on rows of each class")
    if single := rows.index[rows == 1].tolist():
        msg = f"train_set has one row only where {target.name} is {', '.join(map(repr, single))}"
        raise RefusedError(f"{msg}: a class of one row cannot be learned and judged. Add rows of it, or leave it out")


def _tried(candidate: str, cv_results: dict[str, Any]) -> pd.DataFrame:
    """The settings that were tried; of a search by halving those of the last round, which had most rows."""
    settings = [
        {name.removeprefix(ESTIMATOR): value for name, value in tried.items()} for tried in cv_results["params"]
    ]
    tried = pd.DataFrame(
        {
            "candidate": candidate,
            "settings": [json.dumps(tried) for tried in settings],
            "score": cv_results["mean_test_score"],
            "score_std": cv_results["std_test_score"],
            "train_score": cv_results["mean_train_score"],
            "fit_seconds": cv_results["mean_fit_time"],
        }
    )
    rounds = cv_results.get("iter")
    return tried if rounds is None else tried[rounds == rounds.max()]


def fit_best(train_set: pd.DataFrame, search_results: pd.DataFrame, problem: Roles, training: Training) -> TrainedModel:
    """Fits the setting that came first on the whole training set.

    Args:
        train_set: Features, key, time and target.
        search_results: From `compare_candidates`.
        problem: Roles of the columns.
        training: The candidates.

    Returns:
        The model, and the first rows of its features as an example.
    """
    table = problem.in_time_order(train_set)
    features, target = problem.features(table), table[problem.target]
    best = search_results.iloc[0]
    estimator = build_estimator(training.candidates[best["candidate"]], features, training.seed, problem.text)
    settings = json.loads(best["settings"])
    estimator.set_params(**{pipeline_name(option, estimator): value for option, value in settings.items()})
    fitted = estimator.fit(features, target, **fit_arguments(table, problem))
    return TrainedModel(fitted, features.head(EXAMPLE_ROWS))
