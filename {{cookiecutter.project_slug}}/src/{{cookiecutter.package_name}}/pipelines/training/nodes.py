"""Compares algorithms by cross-validation in the order of time, and fits the best on the whole training set."""

import json
import logging
from typing import Any

import pandas as pd
from rich.progress import track

from ...estimators import TrainedModel, build_estimator
from ...problem import Problem
from .parameters import Training

logger = logging.getLogger(__name__)

EXAMPLE_ROWS = 5


def compare_candidates(train_set: pd.DataFrame, problem: Problem, training: Training) -> pd.DataFrame:
    """Searches the space of each candidate with the same cross-validation.

    Args:
        train_set: Features, key, time and target.
        problem: Roles of the columns.
        training: Candidates, search, cross-validation and scorer.

    Returns:
        One row a setting that was tried, the best first: `candidate`, `settings` (JSON), `score` and `score_std` (mean
        and standard deviation over the folds), `train_score`, `fit_seconds` (mean).
    """
    table = problem.in_time_order(train_set)
    features, target = problem.features(table), table[problem.target]
    results = []
    for name, candidate in track(training.candidates.items(), description="Searching", transient=True):
        search = training.search.build(
            build_estimator(candidate, features, training.seed),
            {f"estimator__{option}": values for option, values in candidate.space.items()},
            scoring=training.scoring,
            cv=training.cross_validation.build(random_state=training.seed),
            refit=False,
            error_score="raise",
            return_train_score=True,
            random_state=training.seed,
        ).fit(features, target)
        results.append(_tried(name, search.cv_results_))
        logger.info(
            "%s: %d settings, best %s %.4f", name, len(results[-1]), training.scoring, results[-1]["score"].max()
        )
    return pd.concat(results).sort_values("score", ascending=False, kind="stable", ignore_index=True)


def _tried(candidate: str, cv_results: dict[str, Any]) -> pd.DataFrame:
    settings = [
        {name.removeprefix("estimator__"): value for name, value in tried.items()} for tried in cv_results["params"]
    ]
    return pd.DataFrame(
        {
            "candidate": candidate,
            "settings": [json.dumps(tried) for tried in settings],
            "score": cv_results["mean_test_score"],
            "score_std": cv_results["std_test_score"],
            "train_score": cv_results["mean_train_score"],
            "fit_seconds": cv_results["mean_fit_time"],
        }
    )


def fit_best(
    train_set: pd.DataFrame, search_results: pd.DataFrame, problem: Problem, training: Training
) -> TrainedModel:
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
    estimator = build_estimator(training.candidates[best["candidate"]], features, training.seed)
    estimator.set_params(**{f"estimator__{option}": value for option, value in json.loads(best["settings"]).items()})
    return TrainedModel(estimator.fit(features, target), features.head(EXAMPLE_ROWS))
