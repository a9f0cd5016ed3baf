"""Finds on a few rows, before the search, what would fail after it: to fit, save, load, ask and measure a model."""

import warnings
from collections.abc import Sequence
from itertools import islice
from typing import Protocol

import numpy as np
import pandas as pd
from sklearn.base import clone, is_classifier
from sklearn.pipeline import Pipeline

from kedro_modelops.errors import RefusedError
from kedro_modelops.models.estimators import Candidate, build_estimator, fit_arguments, space_of
from kedro_modelops.models.recorded_answers import Recorded
from kedro_modelops.models.scoring import score
from kedro_modelops.pipelines.training.parameters import Training
from kedro_modelops.pipelines.training.samples import sample_rows, sample_settings
from kedro_modelops.roles import ONE_OUTPUT, Roles

ROWS = (100, 1000, 10_000)
"""How many rows are tried, one after the other: some settings, such as 200 neighbours, need more than the first."""
FOLDS = 20
"""How many are looked at."""


class Format(Protocol):
    """The form in which models are kept."""

    def check(self, estimator: Pipeline) -> Pipeline:
        """Writes and loads a model; RefusedError, with the cure, if that does not work."""


def rehearse(
    train_set: pd.DataFrame, problem: Roles, training: Training, metrics: Sequence[str], model_format: Format
) -> None:
    """Tries the cross-validation, and each candidate with the first, the last and some other values of its space.

    Args:
        train_set: Features, key, time and target.
        problem: Roles of the columns.
        training: Candidates, cross-validation and scorer.
        metrics: Names of the scorers by which the model will be judged.
        model_format: The form in which it will be kept.

    Raises:
        RefusedError: With a line for each candidate that would fail, and the cure.
    """
    table = problem.in_time_order(train_set)
    features, target = problem.features(table), table[problem.target]
    wrong = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of so few rows; the search warns again
        for name, candidate in training.candidates.items():
            try:
                fitted, rows = _fit(candidate, table, problem, training.seed)
                loaded = model_format.check(fitted)
                _ask(loaded, features.loc[rows], len(rows))
                _measure(loaded, features.loc[rows], target.loc[rows], [training.scoring, *metrics])
            except RefusedError as error:
                wrong.append(f"training.candidates.{name}, {candidate.estimator.class_path}: {error.message}.")
        if not wrong:
            _divide(training, table, problem, classify=is_classifier(fitted))
    if wrong:
        wrong.append("This was found on a few rows: nothing was searched, and nothing was replaced.")
        raise RefusedError("\n".join(wrong))


def _fit(candidate: Candidate, table: pd.DataFrame, problem: Roles, seed: int) -> tuple[Pipeline, pd.Index]:
    """Fits some settings; returns the last, and the index of its rows."""
    features, target = problem.features(table), table[problem.target]
    try:
        estimator = build_estimator(candidate, features, seed, problem.text)
    except (TypeError, ValueError) as error:
        raise RefusedError(f"it cannot be made: {error}") from error
    for settings in sample_settings(space_of(candidate, estimator)):
        for most in ROWS:
            rows = sample_rows(target, most, seed, classify=is_classifier(estimator))
            try:
                counted = fit_arguments(table.loc[rows], problem)
                fitted = clone(estimator).set_params(**settings).fit(features.loc[rows], target.loc[rows], **counted)
                _ask(fitted, features.loc[rows], len(rows))
                break
            except RefusedError:
                raise
            except Exception as error:
                if len(rows) == len(target) or most == ROWS[-1]:
                    with_ = f" with {settings}" if settings else ""
                    msg = f"it cannot be trained{with_}: {type(error).__name__}: {error}{_cure(error)}"
                    raise RefusedError(msg) from error
    return fitted, rows


def _cure(error: Exception) -> str:
    if "multi-output" in str(error):
        return f". But {ONE_OUTPUT}"
    return ": it takes no weights, which problem.weight gives" if "sample_weight" in str(error) else ""


def _ask(model: Pipeline, rows: pd.DataFrame, expected: int) -> None:
    said = Recorded(model, rows).answers
    if (shape := np.shape(said["predict"]))[1:]:
        raise RefusedError(f"its predict answers with an array of shape {shape}, but {ONE_OUTPUT}")
    for method, answers in said.items():
        if len(answers) != expected:
            raise RefusedError(f"its {method} gives {len(answers)} answers to {expected} rows")
        numbers = np.asarray(answers).dtype.kind in "fc"
        if pd.isna(answers).any() or (numbers and not np.isfinite(answers).all()):
            raise RefusedError(f"its {method} gives answers that are null or infinite")


def _measure(model: Pipeline, rows: pd.DataFrame, target: pd.Series, metrics: Sequence[str]) -> None:
    recorded = Recorded(model, rows)
    for metric in dict.fromkeys(metrics):
        try:
            score(recorded, np.arange(len(rows)), target, metric)
        except (TypeError, ValueError) as error:
            msg = (
                f"{metric} (training.scoring or evaluation.metrics) cannot be computed of its answers: {error} "
                f"The target has {target.nunique()} different values, such as {target.iloc[0]!r}"
            )
            raise RefusedError(msg) from error


def _divide(training: Training, table: pd.DataFrame, problem: Roles, *, classify: bool) -> None:
    features, target, groups = problem.features(table), table[problem.target], problem.groups(table)
    try:
        splitter = training.cross_validation.build(random_state=training.seed)
        for fold, (learned, judged) in enumerate(islice(splitter.split(features, target, groups), FOLDS), 1):
            if classify and len(target.iloc[learned].unique()) == 1:
                msg = f"fold {fold} has rows of one class only to learn from"
                raise ValueError(msg)  # noqa: TRY301  (told as splitters' own errors are)
            if groups is not None and (shared := set(groups.iloc[learned]) & set(groups.iloc[judged])):
                msg = f"fold {fold} learns from rows of {problem.group} {next(iter(shared))} and is judged on others"
                raise ValueError(msg)  # noqa: TRY301  (as above)
    except (TypeError, ValueError) as error:
        msg = (
            f"training.cross_validation, {training.cross_validation.class_path}, cannot divide {len(target):,} rows: "
            f"{str(error).rstrip('.')}. {_other_splitters(problem, str(error))}"
        )
        raise RefusedError(msg) from error


def _other_splitters(problem: Roles, error: str) -> str:
    if problem.group:
        return "GroupKFold, StratifiedGroupKFold and LeaveOneGroupOut keep the rows of a group together."
    divide = "TimeSeriesSplit, KFold and StratifiedKFold divide rows"
    if "groups" in error:
        return f"{divide} without groups, of which no column tells here: problem.group would name it."
    return f"{divide} too, in as many folds as they allow."
