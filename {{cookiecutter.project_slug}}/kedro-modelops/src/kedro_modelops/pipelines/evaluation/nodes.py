"""Judges a model on rows that it has not seen."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from sklearn.base import is_classifier
from sklearn.pipeline import Pipeline

from kedro_modelops.errors import RefusedError
from kedro_modelops.models.intervals.asking import predict_interval
from kedro_modelops.models.recorded_answers import Recorded
from kedro_modelops.models.scoring import score
from kedro_modelops.models.slices import slice_names
from kedro_modelops.pipelines.evaluation.parameters import Evaluation
from kedro_modelops.roles import Roles


def predict_test_set(model: Pipeline, test_set: pd.DataFrame, problem: Roles) -> pd.DataFrame:
    """Scores the test set.

    Args:
        model: A fitted pipeline.
        test_set: Features, key, time and target.
        problem: Roles of the columns.

    Returns:
        Key, time, target and `prediction` of each row; where the model gives probabilities also `score`, that of the
        second class, or, where there are more than two, of the predicted one; where it gives intervals `lower` and
        `upper`.
    """
    features = problem.features(test_set)
    known = [column for column in (problem.key, problem.time, problem.target) if column]
    predictions = test_set[known].assign(prediction=model.predict(features))
    if (intervals := predict_interval(model, features)) is not None:
        return predictions.assign(lower=intervals[:, 0], upper=intervals[:, 1])
    if not hasattr(model, "predict_proba"):
        return predictions
    probabilities = model.predict_proba(features)
    return predictions.assign(score=probabilities[:, 1] if probabilities.shape[1] == 2 else probabilities.max(axis=1))  # noqa: PLR2004


def sample_profile(
    train_set: pd.DataFrame, test_set: pd.DataFrame, evaluation: Evaluation, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draws rows that are kept with the model, so that monitoring knows what it was trained and judged on.

    Args:
        train_set: What it was fitted on.
        test_set: What it has not seen.
        evaluation: How many rows.
        seed: Of the draw.

    Returns:
        Rows of each, in their order.
    """
    kept, judged = (
        table.sample(min(evaluation.profile_rows, len(table)), random_state=seed).sort_index(ignore_index=True)
        for table in (train_set, test_set)
    )
    return kept, judged


def measure(
    model: Pipeline, train_set: pd.DataFrame, test_set: pd.DataFrame, problem: Roles, evaluation: Evaluation
) -> dict[str, float]:
    """Computes the metrics on the training and on the test set.

    Args:
        model: A fitted pipeline.
        train_set: What it was fitted on.
        test_set: What it has not seen.
        problem: Roles of the columns.
        evaluation: Which scorers.

    Returns:
        `train_<scorer>` and `test_<scorer>` for each scorer, and the number of rows of each set.
    """
    metrics: dict[str, float] = {}
    for name, table in (("train", train_set), ("test", test_set)):
        answers = Recorded(model, problem.features(table))
        scores = {
            metric: score(answers, np.arange(len(table)), table[problem.target], metric)
            for metric in evaluation.metrics
        }
        metrics |= {f"{name}_{metric}": value for metric, value in scores.items()} | {f"{name}_rows": len(table)}
    return metrics


def measure_slices(
    model: Pipeline, test_set: pd.DataFrame, problem: Roles, evaluation: Evaluation, scoring: str
) -> pd.DataFrame:
    """Computes the primary metric in each slice of the test set.

    Args:
        model: A fitted pipeline.
        test_set: Features, key, time and target.
        problem: Roles of the columns.
        evaluation: Which columns make slices, and how many rows a slice needs.
        scoring: Name of the primary scorer.

    Returns:
        One row a slice: `column`, `value` (`(null)` for rows without one), `rows`, `score`, `gap` (score minus that of
        the whole test set), `judged`.
        A slice that is too small, or lacks classes that the metric needs, is not judged: its score and gap are null.

    Raises:
        RefusedError: If a column of the slices is not in the test set.
    """
    if unknown := [column for column in evaluation.slices.columns if column not in test_set]:
        known = ", ".join(test_set.columns)
        msg = f"evaluation.slices.columns: the test set has no column {', '.join(unknown)}, but {known}"
        raise RefusedError(msg)
    answers, target = Recorded(model, problem.features(test_set)), test_set[problem.target].to_numpy()
    whole = score(answers, np.arange(len(test_set)), target, scoring)

    def judge() -> Iterator[tuple[str, str, int, float | None]]:
        for column in evaluation.slices.columns:
            for value, rows in test_set.groupby(slice_names(test_set[column])).indices.items():
                enough = len(rows) >= evaluation.slices.min_samples
                one_class = is_classifier(model) and len(np.unique(target[rows])) == 1
                yield (
                    column,
                    str(value),
                    len(rows),
                    score(answers, rows, target[rows], scoring) if enough and not one_class else None,
                )

    slices = pd.DataFrame(judge(), columns=["column", "value", "rows", "score"]).astype({"score": float})
    return slices.assign(gap=slices["score"] - whole, judged=slices["score"].notna())
