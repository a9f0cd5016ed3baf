"""Ways to spoil a model or its data, each of which one gate has to refuse, whatever the table."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import is_classifier

from kedro_modelops.gates import Champion
from kedro_modelops.models.estimators import Candidate, build_estimator
from kedro_modelops.models.slices import slice_names
from kedro_modelops.testing.examination import Examination, Spoil, SpoiledModel

Spoiling = Callable[[Examination], Examination]
SPOILINGS: list[tuple[str, Spoiling]] = []
"""The gate that refuses, and what it refuses."""


def refused_by(gate: str) -> Callable[[Spoiling], Spoiling]:
    """Registers a way to spoil an examination."""

    def register(spoiling: Spoiling) -> Spoiling:
        SPOILINGS.append((gate, spoiling))
        return spoiling

    return register


def wrong(_: pd.DataFrame, answers: np.ndarray) -> np.ndarray:
    """What is likely becomes unlikely, so that each class is ranked the other way round; high numbers become low."""
    others = answers.shape[1] - 1
    spoiled: np.ndarray = (1 - answers) / others if others else 2 * answers.mean() - answers
    return spoiled


@refused_by("floor")
def answers_are_wrong(honest: Examination) -> Examination:
    """The model says the opposite of what it has learned."""
    return honest.spoiled(wrong)


@refused_by("baseline")
def model_is_constant(honest: Examination) -> Examination:
    """The model looks at no feature."""
    kind = "Classifier" if is_classifier(honest.model) else "Regressor"
    candidate = Candidate.model_validate({"estimator": {"class": f"sklearn.dummy.Dummy{kind}"}})
    features = honest.roles.features(honest.train_set)
    constant = build_estimator(candidate, features, honest.seed, honest.roles.text)
    return honest.but(model=constant.fit(features, honest.train_set[honest.roles.target]))


@refused_by("champion")
def champion_is_better(honest: Examination) -> Examination:
    """The champion is always right, the new model is not."""
    return answers_are_wrong(honest).but(champion=Champion("1", SpoiledModel(honest.model, honest.right)))


@refused_by("overfit")
def model_knows_its_training_rows_by_heart(honest: Examination) -> Examination:
    """It is right on these alone; skipped where rows of the test set look like them, so that it is right there too."""
    _skip_if_rows_look_alike(honest)
    known = honest.look_up(np.arange(len(honest.rows)) < len(honest.train_set))
    return honest.spoiled(_either(known, honest.right, wrong))


@refused_by("calibration")
def model_is_sure_of_what_it_holds_unlikely(honest: Examination) -> Examination:
    """The least likely class gets all the probability."""
    return honest.spoiled(lambda _, answers: np.eye(answers.shape[1])[answers.argmin(axis=1)])


@refused_by("coverage")
def intervals_are_too_narrow(honest: Examination) -> Examination:
    """A twentieth of their width; predictions stay."""
    return honest.but(model=SpoiledModel(honest.model, lambda _, said: said, width=0.05))


@refused_by("slices")
def one_slice_is_always_wrong(honest: Examination) -> Examination:
    """The smallest of the slices that are judged; the model is right elsewhere."""
    judged = honest.evidence.slices.query("judged").sort_values("rows")
    column, value = judged.iloc[0][["column", "value"]]
    inside = honest.look_up((slice_names(honest.rows[column]) == value).to_numpy())
    return honest.spoiled(_either(inside, lambda rows, said: wrong(rows, honest.right(rows, said)), honest.right))


@refused_by("fairness")
def one_group_is_always_selected(honest: Examination) -> Examination:
    """It gets the last class, and all others the first."""
    gate, test = honest.gates.fairness, honest.test_set
    sizes = {column: slice_names(test[column]).value_counts() for column in gate.columns}
    column = next(name for name, counts in sizes.items() if (counts >= gate.min_samples).sum() > 1)
    chosen = honest.look_up((slice_names(honest.rows[column]) == sizes[column].index[0]).to_numpy())
    count = len(honest.model.classes_)
    return honest.spoiled(lambda features, _: np.eye(count)[np.where(chosen(features) == 1, count - 1, 0)])


@refused_by("disjoint")
def training_rows_are_tested(honest: Examination) -> Examination:
    """Some rows stand in both sets."""
    return honest.but(test_set=pd.concat([honest.test_set, honest.train_set.tail(5)], ignore_index=True))


@refused_by("disjoint")
def training_rows_are_tested_under_other_keys(honest: Examination) -> Examination:
    """All of them, later than they were; skipped where all rows look alike anyhow."""
    _skip_if_rows_look_alike(honest)
    renamed: dict[str, Any] = {honest.roles.key: [f"copy {number}" for number in range(len(honest.train_set))]}
    if honest.roles.time:
        renamed[honest.roles.time] = honest.test_set[honest.roles.time].max()
    return honest.but(test_set=honest.train_set.assign(**renamed).reset_index(drop=True))


@refused_by("leak")
def target_is_a_feature(honest: Examination) -> Examination:
    """It stands in a numeric column; in one more, where there is none."""
    numeric = honest.roles.features(honest.train_set).select_dtypes("number").columns
    column = next(iter(numeric), "the target")
    target = honest.rows[honest.roles.target]
    codes = pd.Series(pd.factorize(target, sort=True)[0] if is_classifier(honest.model) else target, dtype=float)
    train, test = np.split(codes.to_numpy(), [len(honest.train_set)])
    return honest.but(
        train_set=honest.train_set.assign(**{column: train}), test_set=honest.test_set.assign(**{column: test})
    )


@refused_by("contract")
def predictions_are_no_numbers(honest: Examination) -> Examination:
    """Every answer is NaN."""
    return honest.spoiled(lambda _, answers: np.full_like(answers, np.nan, dtype=float))


@refused_by("lineage")
def environment_is_not_known(honest: Examination) -> Examination:
    """The hash of the lock is missing."""
    return honest.but(lineage={name: value for name, value in honest.lineage.items() if name != "environment.lock"})


def _skip_if_rows_look_alike(honest: Examination) -> None:
    if honest.gates.disjoint.max_repeated == 1:
        pytest.skip("gates.disjoint.max_repeated is 1: rows may repeat others under another key")


def _either(where: Callable[[pd.DataFrame], np.ndarray], there: Spoil, elsewhere: Spoil) -> Spoil:
    def spoil(features: pd.DataFrame, answers: np.ndarray) -> np.ndarray:
        return np.where(where(features).reshape(-1, 1) == 1, there(features, answers), elsewhere(features, answers))

    return spoil
