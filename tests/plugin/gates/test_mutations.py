"""Each way to spoil a model or its data is refused by the gate that is meant for it, beside those of the kit."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from kedro_modelops.gates import Champion, Gates
from kedro_modelops.models.scoring import answers
from kedro_modelops.testing.examination import SpoiledModel
from kedro_modelops.testing.gates import GateTests
from kedro_modelops.testing.spoilings.models import SPOILINGS, intervals_are_too_narrow
from made_up_problems import SCORING, SEED, Case, honest, kind_of_problem


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
    return case.but(train_set=case.train_set.assign(outcome=shuffled(case.train_set["outcome"])))


@refused_by("baseline")
def no_better_than_a_line(case: Case) -> Case:
    linear = "linear_model.Ridge" if case.kind == "regression" else "linear_model.LogisticRegression"
    return case.but(model=case.fit(**{"class": f"sklearn.{linear}"}))


@refused_by("champion")
def better_champion(case: Case) -> Case:
    noise = np.random.default_rng(SEED)
    worse = SpoiledModel(case.model, lambda _, answers: 0.5 * answers + 0.5 * noise.permutation(answers))
    return case.but(model=worse, champion=Champion("1", case.model))


@refused_by("champion")
def champion_without_its_columns(case: Case) -> Case:
    fewer = case.but(train_set=case.train_set.drop(columns="load"), test_set=case.test_set.drop(columns="load"))
    return fewer.but(champion=Champion("1", case.model))


@refused_by("champion", CLASSES)
def classes_renamed(case: Case) -> Case:
    renamed = [table.assign(outcome=table["outcome"].map("is {}".format)) for table in (case.train_set, case.test_set)]
    return case.but(train_set=renamed[0], test_set=renamed[1])


@refused_by("champion", ("two classes",))
def classes_of_another_type(case: Case) -> Case:
    return case.but(train_set=case.train_set.astype({"outcome": int}), test_set=case.test_set.astype({"outcome": int}))


@refused_by("champion", ("three classes",))
def class_split_in_two(case: Case) -> Case:
    def split(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(outcome=table["outcome"].where(table["hour"] < 20, table["outcome"] + " in the evening"))

    return case.but(train_set=split(case.train_set), test_set=split(case.test_set))


@refused_by("champion", ("regression",))
def classes_in_place_of_a_number(case: Case) -> Case:
    tables = [table.assign(outcome=table["outcome"] > 0) for table in (case.train_set, case.test_set)]
    return case.but(**kind_of_problem("two classes"), train_set=tables[0], test_set=tables[1])


@refused_by("leak")
def target_among_the_features(case: Case) -> Case:
    def leaking(table: pd.DataFrame) -> pd.DataFrame:
        outcome = table["outcome"]
        return table.assign(load=outcome if case.kind == "regression" else outcome.astype("category").cat.codes)

    return case.but(train_set=leaking(case.train_set), test_set=leaking(case.test_set))


@refused_by("overfit")
def tree_without_limits(case: Case) -> Case:
    return case.but(model=case.fit(**{"class": f"sklearn.tree.DecisionTree{case.suffix}"}))


@refused_by("calibration", CLASSES)
def scores_pushed_through_a_power(case: Case) -> Case:
    def push(_: pd.DataFrame, answers: np.ndarray) -> np.ndarray:
        pushed = answers**0.25
        return pushed / pushed.sum(axis=1, keepdims=True)

    return case.but(model=SpoiledModel(case.model, push))


@refused_by("slices")
def one_regions_rows_spoiled(case: Case) -> Case:
    test = case.test_set.copy()
    spoiled = test["region"] == "south"
    test.loc[spoiled, "load"] = shuffled(test.loc[spoiled, "load"])
    test.loc[spoiled, "hour"] = shuffled(test.loc[spoiled, "hour"])
    return case.but(test_set=test)


@refused_by("fairness", CLASSES)
def one_region_is_always_selected(case: Case) -> Case:
    def select(features: pd.DataFrame, answers: np.ndarray) -> np.ndarray:
        always = np.eye(answers.shape[1])[-1]
        return np.where((features["region"] == "south").to_numpy()[:, None], always, answers)

    return case.but(model=SpoiledModel(case.model, select))


@refused_by("behaviour")
def clock_read_backwards(case: Case) -> Case:
    return case.spoiled(lambda features, _: answers(case.model, features.assign(hour=28 - features["hour"])))


@refused_by("behaviour")
def name_of_a_row_is_read(case: Case) -> Case:
    def read(features: pd.DataFrame, answers: np.ndarray) -> np.ndarray:
        return answers[::-1] if "id" in features else answers

    return case.but(model=SpoiledModel(case.model, read))


@refused_by("disjoint")
def training_and_test_set_swapped(case: Case) -> Case:
    return case.but(train_set=case.test_set, test_set=case.train_set)


@refused_by("disjoint")
def rows_copied_from_training_to_test_set(case: Case) -> Case:
    return case.but(test_set=pd.concat([case.test_set, case.train_set.tail(20)], ignore_index=True))


@refused_by("disjoint")
def rows_doubled_under_other_keys(case: Case) -> Case:
    copies = case.train_set.tail(len(case.test_set)).assign(
        id=lambda rows: "copy of " + rows["id"], at=case.test_set["at"].max()
    )
    return case.but(test_set=copies.reset_index(drop=True))


@refused_by("disjoint")
def some_rows_copied_under_other_keys_in_another_form(case: Case) -> Case:
    copies = case.train_set.sample(100, random_state=SEED).assign(id=lambda rows: "copy of " + rows["id"])
    copies = copies.assign(at=case.test_set["at"].max(), region=copies["region"].astype("category"))
    return case.but(test_set=pd.concat([case.test_set, copies]).astype({"hour": "Float64"}).astype({"hour": float}))


@refused_by("contract", CLASSES)
def class_never_predicted(case: Case) -> Case:
    def suppress(_: pd.DataFrame, answers: np.ndarray) -> np.ndarray:
        rest = answers * (np.arange(answers.shape[1]) != 0)
        return 0.2 * answers + 0.8 * rest / rest.sum(axis=1, keepdims=True)

    return case.but(model=SpoiledModel(case.model, suppress))


@refused_by("contract")
def predictions_are_not_numbers(case: Case) -> Case:
    def lose(_: pd.DataFrame, answers: np.ndarray) -> np.ndarray:
        return np.where(np.arange(answers.size).reshape(answers.shape) % 100 < 2, np.nan, answers)

    return case.but(model=SpoiledModel(case.model, lose))


@refused_by("contract", CLASSES)
def probabilities_over_one(case: Case) -> Case:
    return case.but(model=SpoiledModel(case.model, lambda _, answers: answers + 0.3))


@refused_by("lineage")
def tree_is_dirty(case: Case) -> Case:
    return case.but(lineage=case.lineage | {"git.clean": "false"})


@pytest.mark.parametrize(
    ("mutation", "kind"),
    [pytest.param(m, kind, id=f"{m.spoil.__name__}-{kind}") for m in MUTATIONS for kind in m.kinds],
)
def test_a_mutation_is_refused_by_the_gate_that_is_meant_for_it(mutation: Mutation, kind: str) -> None:
    judgement = mutation.spoil(honest(kind)).judge(mutation.gate)
    assert judgement.verdict == "failed", judgement.sentence


@pytest.mark.parametrize("kind", SCORING)
def test_an_honest_model_passes_all_gates(kind: str) -> None:
    judged = honest(kind).gates.judge(honest(kind).evidence)
    assert (judged["verdict"], judged["failed"]) == ("passed", [])
    assert judged["not_judged"] == (["calibration", "coverage", "fairness"] if kind == "regression" else ["coverage"])


def with_intervals(**options: float) -> Case:
    """A regression that says how sure it is, and a champion that says so too."""
    case, path = honest("regression"), "kedro_modelops.models.intervals.QuantileInterval"
    model = case.fit(**{"class": path, "options": options})
    return case.but(model=model, champion=Champion("1", model))


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (intervals_are_too_narrow, "at least"),
        (lambda case: case.but(model=SpoiledModel(case.model, lambda _, said: said, width=3)), "at most"),
    ],
)
def test_intervals_that_are_too_narrow_or_too_wide_are_refused_by_just_that_gate(
    spoil: Callable[[Case], Case], rule: str
) -> None:
    sure = with_intervals(coverage=0.9)
    judged = sure.gates.judge(sure.evidence)
    assert (judged["failed"], judged["not_judged"]) == ([], ["calibration", "fairness"])
    refused = spoil(sure)
    assert refused.gates.judge(refused.evidence)["failed"] == ["coverage"]
    assert refused.judge("coverage").rule == rule


def test_a_model_that_leaves_its_intervals_out_breaks_what_callers_rely_on() -> None:
    sure = with_intervals()
    bare = sure.but(model=honest("regression").model)
    assert "answers with numbers, champion 1 with numbers with an interval" in bare.judge("champion").sentence
    assert bare.judge("champion").verdict == "failed"


def test_the_kit_spoils_something_for_each_gate() -> None:
    assert {gate for gate, _ in SPOILINGS} | {"behaviour"} == set(Gates.model_fields)


class TestKit(GateTests):
    """What projects try on their own table."""

    @pytest.fixture(params=SCORING)
    def honest(self, request: pytest.FixtureRequest) -> Case:
        return honest(request.param)
