"""What gates say at their edges."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from cases import LINEAGE, PROBLEM, Spoiled, honest, settings

from {{ cookiecutter.package_name }}.errors import RefusedError
from {{ cookiecutter.package_name }}.mlops.gates import Evidence, Gate, Gates
from {{ cookiecutter.package_name }}.mlops.lineage import REQUIRED
from {{ cookiecutter.package_name }}.pipelines.evaluation.nodes import measure_slices
from {{ cookiecutter.package_name }}.pipelines.evaluation.parameters import Evaluation


@pytest.fixture
def evidence() -> Evidence:
    return honest("two classes").evidence


def gate(name: str, **changes: object) -> Gate:
    return getattr(Gates.model_validate(settings("two classes")), name).model_copy(update=changes)


@pytest.mark.parametrize("name", Gates.model_fields)
def test_a_gate_that_is_switched_off_says_so(name: str, evidence: Evidence) -> None:
    asked = settings("two classes") | {name: settings("two classes")[name] | {"enabled": False}}
    judged = Gates.model_validate(asked).judge(replace(evidence, champion=None))
    told = {found["name"]: found for found in judged["gates"]}[name]
    assert judged["switched_off"] == [name]
    assert (told["verdict"], told["enabled"], "enabled: false" in told["sentence"]) == ("not judged", False, True)


def test_a_first_model_has_no_champion_to_beat(evidence: Evidence) -> None:
    judgement = gate("champion").judge(replace(evidence, champion=None))
    assert (judgement.verdict, judgement.measured) == ("passed", None)
    assert "no champion yet" in judgement.sentence


def test_a_champion_is_asked_with_columns_that_the_new_model_does_not_see(evidence: Evidence) -> None:
    carrying = PROBLEM.model_copy(update={"carried": ("load",)})
    unseeing = honest("two classes").but(train=evidence.train_set.drop(columns="load")).model
    judgement = gate("champion").judge(replace(evidence, problem=carrying, model=unseeing))
    assert (judgement.verdict, judgement.measured < -0.1) == ("failed", True)


def test_a_champion_is_compared_on_few_rows_of_rare_classes() -> None:
    evidence = honest("three classes").evidence
    wanted = {"low": 1, "middle": 2, "high": 20}
    rare = [rows.head(wanted[str(label)]) for label, rows in evidence.test_set.groupby("outcome")]
    few = replace(evidence, test_set=pd.concat(rare), scoring="roc_auc_ovr")
    assert gate("champion", tolerance=1).judge(few).verdict == "passed"


@pytest.mark.parametrize("piece", REQUIRED)
def test_each_piece_of_lineage_is_needed(piece: str, evidence: Evidence) -> None:
    known = {name: value for name, value in LINEAGE.items() if not name.startswith(piece)}
    judgement = gate("lineage", allow_dirty=True).judge(replace(evidence, lineage=known))
    assert judgement.verdict == "failed"
    assert piece in judgement.sentence


@pytest.mark.parametrize(("allow_dirty", "verdict"), [(True, "passed"), (False, "failed")])
@pytest.mark.parametrize("dirty", [{"git.clean": "false"}, {"data.clean": "false"}, {"git.commit": "none"}])
def test_a_dirty_tree_passes_in_experiments_alone(
    dirty: dict[str, str], allow_dirty: bool, verdict: str, evidence: Evidence
) -> None:
    judgement = gate("lineage", allow_dirty=allow_dirty).judge(replace(evidence, lineage=LINEAGE | dirty))
    assert judgement.verdict == verdict


def test_small_slices_are_not_judged(evidence: Evidence) -> None:
    unjudged = evidence.slices.assign(judged=False)
    assert gate("slices").judge(replace(evidence, slices=unjudged)).verdict == "not judged"
    assert gate("fairness", min_samples=10_000).judge(evidence).verdict == "not judged"


def test_nothing_is_expected_where_nothing_is_declared(evidence: Evidence) -> None:
    assert gate("behaviour", expectations={}).judge(evidence).verdict == "not judged"


def test_an_expectation_changes_something() -> None:
    empty = {"name": {"answer": "stays", "tolerance": 0}}
    with pytest.raises(ValueError, match="say what to shift or to shuffle"):
        Gates.model_validate(settings("two classes") | {"behaviour": {"max_samples": 10, "expectations": empty}})


def test_a_column_that_is_not_there_is_named(evidence: Evidence) -> None:
    tall = gate("behaviour").expectations["a later hour raises the outcome"].model_copy(update={"shift": {"height": 1}})
    with pytest.raises(RefusedError, match=r"gates.fairness.columns: the test set has no column sex, but id, at, hour"):
        gate("fairness", columns=["sex"]).judge(evidence)
    with pytest.raises(RefusedError, match=r"gates.behaviour.expectations, taller: the test set has no column height"):
        gate("behaviour", expectations={"taller": tall}).judge(evidence)


def test_a_slice_of_a_column_that_is_not_there_is_named() -> None:
    evaluation = {"metrics": {"r2": "decides"}, "slices": {"columns": ["sex"], "min_samples": 100}}
    evaluation |= {"importance": {"repeats": 2, "max_samples": 200}}
    case = honest("regression")
    with pytest.raises(RefusedError, match=r"evaluation.slices.columns: the test set has no column sex"):
        measure_slices(case.model, case.test, PROBLEM, Evaluation.model_validate(evaluation), "r2")


def test_a_rare_class_need_not_be_predicted(evidence: Evidence) -> None:
    never = replace(evidence, predictions=evidence.predictions.assign(prediction=False))
    assert "class True is never predicted" in gate("contract").judge(never).sentence
    assert gate("contract", unpredicted=("True",)).judge(never).verdict == "passed"


def test_calibration_error_is_the_mean_distance_from_what_happens(evidence: Evidence) -> None:
    half = Spoiled(evidence.model, lambda _, answers: np.full_like(answers, 0.5))
    judgement = gate("calibration").judge(replace(evidence, model=half))
    assert judgement.measured == pytest.approx(abs(0.5 - evidence.target.mean()))


def test_disjoint_counts_keys_and_early_rows(evidence: Evidence) -> None:
    known, early = evidence.train_set.tail(3), evidence.test_set.head(2)
    early = early.assign(**{PROBLEM.time: evidence.train_set[PROBLEM.time].min()})
    known = known.assign(**{PROBLEM.time: evidence.test_set[PROBLEM.time].max()})
    mixed = pd.concat([evidence.test_set[2:], early, known])
    assert gate("disjoint").judge(replace(evidence, test_set=mixed)).measured == 5
