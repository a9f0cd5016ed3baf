"""Each way to spoil a model or its data is refused by the gate that is meant for it."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from cases import SCORING, SEED, Case, Spoiled, honest

from {{ cookiecutter.package_name }}.mlops.gates import Champion, Gates


class Mutation(NamedTuple):
    """A way to spoil a case, the gate that must refuse the result, and the kinds of problem in which it can happen."""

    gate: str
    spoil: Callable[[Case], Case]
    kinds: tuple[str, ...]


MUTATIONS: list[Mutation] = []
CLASSES = ("two classes", "three classes")


def refused_by(gate: str, kinds: tuple[str, ...] = tuple(SCORING)) -> Callable[[Callable[[Case], Case]], None]:
    """Registers a mutation."""
    return lambda spoil: MUTATIONS.append(Mutation(gate, spoil, kinds))


def shuffled(column: pd.Series) -> np.ndarray:
    return column.sample(frac=1, random_state=SEED).to_numpy()


@refused_by("floor")
def labels_shuffled(case: Case) -> Case:
    return case.but(train=case.train.assign(outcome=shuffled(case.train["outcome"])))


@refused_by("baseline")
def constant_model(case: Case) -> Case:
    return case.but(model=case.fit(**{"class": f"sklearn.dummy.Dummy{case.suffix}"}))


@refused_by("baseline")
def no_better_than_a_line(case: Case) -> Case:
    linear = "linear_model.Ridge" if case.kind == "regression" else "linear_model.LogisticRegression"
    return case.but(model=case.fit(**{"class": f"sklearn.{linear}"}))


@refused_by("champion")
def better_champion(case: Case) -> Case:
    noise = np.random.default_rng(SEED)
    worse = Spoiled(case.model, lambda _, answers: 0.5 * answers + 0.5 * noise.permutation(answers))
    return case.but(model=worse, champion=Champion("1", case.model))


@refused_by("champion")
def champion_without_its_columns(case: Case) -> Case:
    fewer = case.but(train=case.train.drop(columns="load"), test=case.test.drop(columns="load"))
    return fewer.but(champion=Champion("1", case.model))


@refused_by("leak")
def target_among_the_features(case: Case) -> Case:
    def leaking(table: pd.DataFrame) -> pd.DataFrame:
        outcome = table["outcome"]
        return table.assign(load=outcome if case.kind == "regression" else outcome.astype("category").cat.codes)

    return case.but(train=leaking(case.train), test=leaking(case.test))


@refused_by("overfit")
def tree_without_limits(case: Case) -> Case:
    return case.but(model=case.fit(**{"class": f"sklearn.tree.DecisionTree{case.suffix}"}))


@refused_by("calibration", CLASSES)
def scores_pushed_through_a_power(case: Case) -> Case:
    def push(_: pd.DataFrame, answers: np.ndarray) -> np.ndarray:
        pushed = answers**0.25
        return pushed / pushed.sum(axis=1, keepdims=True)

    return case.but(model=Spoiled(case.model, push))


@refused_by("slices")
def one_regions_rows_spoiled(case: Case) -> Case:
    test = case.test.copy()
    spoiled = test["region"] == "south"
    test.loc[spoiled, "load"] = shuffled(test.loc[spoiled, "load"])
    test.loc[spoiled, "hour"] = shuffled(test.loc[spoiled, "hour"])
    return case.but(test=test)


@refused_by("fairness", CLASSES)
def one_region_is_always_selected(case: Case) -> Case:
    def select(features: pd.DataFrame, answers: np.ndarray) -> np.ndarray:
        always = np.eye(answers.shape[1])[-1]
        return np.where((features["region"] == "south").to_numpy()[:, None], always, answers)

    return case.but(model=Spoiled(case.model, select))


@refused_by("behaviour")
def clock_read_backwards(case: Case) -> Case:
    ask = case.model.predict if case.kind == "regression" else case.model.predict_proba
    return case.but(model=Spoiled(case.model, lambda features, _: ask(features.assign(hour=28 - features["hour"]))))


@refused_by("behaviour")
def name_of_a_row_is_read(case: Case) -> Case:
    def read(features: pd.DataFrame, answers: np.ndarray) -> np.ndarray:
        return answers[::-1] if "id" in features else answers

    return case.but(model=Spoiled(case.model, read))


@refused_by("disjoint")
def training_and_test_set_swapped(case: Case) -> Case:
    return case.but(train=case.test, test=case.train)


@refused_by("disjoint")
def rows_copied_from_training_to_test_set(case: Case) -> Case:
    return case.but(test=pd.concat([case.test, case.train.tail(20)], ignore_index=True))


@refused_by("contract", CLASSES)
def class_never_predicted(case: Case) -> Case:
    def suppress(_: pd.DataFrame, answers: np.ndarray) -> np.ndarray:
        rest = answers * (np.arange(answers.shape[1]) != 0)
        return 0.2 * answers + 0.8 * rest / rest.sum(axis=1, keepdims=True)

    return case.but(model=Spoiled(case.model, suppress))


@refused_by("contract")
def predictions_are_not_numbers(case: Case) -> Case:
    def lose(_: pd.DataFrame, answers: np.ndarray) -> np.ndarray:
        return np.where(np.arange(answers.size).reshape(answers.shape) % 100 < 2, np.nan, answers)

    return case.but(model=Spoiled(case.model, lose))


@refused_by("contract", CLASSES)
def probabilities_over_one(case: Case) -> Case:
    return case.but(model=Spoiled(case.model, lambda _, answers: answers + 0.3))


@refused_by("lineage")
def lineage_tag_removed(case: Case) -> Case:
    return case.but(lineage={name: value for name, value in case.lineage.items() if name != "environment.lock"})


@refused_by("lineage")
def tree_is_dirty(case: Case) -> Case:
    return case.but(lineage=case.lineage | {"git.clean": "false"})


@pytest.mark.parametrize(
    ("mutation", "kind"),
    [pytest.param(m, kind, id=f"{m.spoil.__name__}-{kind}") for m in MUTATIONS for kind in m.kinds],
)
def test_a_mutation_is_refused_by_the_gate_that_is_meant_for_it(mutation: Mutation, kind: str) -> None:
    spoiled = mutation.spoil(honest(kind))
    judgement = getattr(spoiled.gates, mutation.gate).judge(spoiled.evidence)
    assert judgement.verdict == "failed", judgement.sentence


@pytest.mark.parametrize("kind", SCORING)
def test_an_honest_model_passes_all_gates(kind: str) -> None:
    judged = honest(kind).gates.judge(honest(kind).evidence)
    assert (judged["verdict"], judged["failed"]) == ("passed", [])
    assert judged["not_judged"] == (["calibration", "fairness"] if kind == "regression" else [])


def test_every_gate_has_a_mutation() -> None:
    assert {mutation.gate for mutation in MUTATIONS} == set(Gates.model_fields)
