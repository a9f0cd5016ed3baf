"""What gates say at their edges."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from kedro_modelops.errors import RefusedError
from kedro_modelops.gates import Evidence, Gate, Gates
from kedro_modelops.pipelines.evaluation.figures import draw_figures
from kedro_modelops.pipelines.evaluation.nodes import measure_slices
from kedro_modelops.pipelines.evaluation.parameters import Evaluation
from kedro_modelops.testing.examination import SpoiledModel
from kedro_modelops.tracking.lineage import REQUIRED
from made_up_problems import LINEAGE, PROBLEM, Predictions, honest, settings


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
    unseeing = honest("two classes").but(train_set=evidence.train_set.drop(columns="load")).model
    judgement = gate("champion").judge(replace(evidence, problem=carrying, model=unseeing))
    assert (judgement.verdict, judgement.measured < -0.1) == ("failed", True)


def test_other_answers_are_refused_until_they_are_declared(evidence: Evidence) -> None:
    renamed = honest("two classes").but(
        train_set=evidence.train_set.assign(outcome=evidence.train_set["outcome"].map(str))
    )
    rival = replace(evidence, model=renamed.model, test_set=evidence.test_set.astype({"outcome": str}))
    refused = gate("champion").judge(rival)
    declared = "classes False, True (str)"
    assert (refused.verdict, refused.measured) == ("failed", None)
    assert f"answers with {declared}, champion 1 with classes False, True (bool)" in refused.sentence
    assert f"`gates.champion.accept_answers: '{declared}'`" in refused.sentence
    accepted = gate("champion", accept_answers=declared).judge(rival)
    assert (accepted.verdict, "cannot be compared" in accepted.sentence) == ("not judged", True)
    assert gate("champion", accept_answers="classes no, yes (str)").judge(rival).verdict == "failed"
    assert gate("champion", accept_answers=declared).judge(evidence).measured is not None


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
    evaluation |= {"importance": {"repeats": 2, "max_samples": 200}, "profile_rows": 100}
    case = honest("regression")
    with pytest.raises(RefusedError, match=r"evaluation.slices.columns: the test set has no column sex"):
        measure_slices(case.model, case.test_set, PROBLEM, Evaluation.model_validate(evaluation), "r2")


def test_a_rare_class_need_not_be_predicted(evidence: Evidence) -> None:
    never = replace(evidence, predictions=evidence.predictions.assign(prediction=False))
    assert "class True is never predicted" in gate("contract").judge(never).sentence
    assert gate("contract", unpredicted=("True",)).judge(never).verdict == "passed"


def test_calibration_error_is_the_mean_distance_from_what_happens(evidence: Evidence) -> None:
    half = SpoiledModel(evidence.model, lambda _, answers: np.full_like(answers, 0.5))
    judgement = gate("calibration").judge(replace(evidence, model=half))
    assert judgement.measured == pytest.approx(abs(0.5 - evidence.target.mean()))


def test_disjoint_counts_keys_and_early_rows(evidence: Evidence) -> None:
    known, early = evidence.train_set.tail(3), evidence.test_set.head(2)
    early = early.assign(**{PROBLEM.time: evidence.train_set[PROBLEM.time].min()})
    known = known.assign(**{PROBLEM.time: evidence.test_set[PROBLEM.time].max()})
    mixed = pd.concat([evidence.test_set[2:], early, known])
    assert gate("disjoint").judge(replace(evidence, test_set=mixed)).measured == 5


def test_disjoint_counts_rows_of_groups_that_were_learned_from(evidence: Evidence) -> None:
    grouped = PROBLEM.model_copy(update={"group": "driver"})
    train = evidence.train_set.assign(driver="of the training")
    test = evidence.test_set.assign(driver=["of the training"] * 2 + ["of the test"] * (len(evidence.test_set) - 2))
    judgement = gate("disjoint").judge(replace(evidence, problem=grouped, train_set=train, test_set=test))
    assert (judgement.verdict, judgement.measured) == ("failed", 2)
    assert "2 are of a driver that it has rows of" in judgement.sentence


def test_rows_may_look_alike_up_to_a_share(evidence: Evidence) -> None:
    again = evidence.train_set.head(30).assign(**{PROBLEM.key: [f"other-{number}" for number in range(30)]})
    again = again.assign(**{PROBLEM.time: evidence.test_set[PROBLEM.time].max()})
    alike = replace(evidence, test_set=pd.concat([evidence.test_set, again], ignore_index=True))
    refused = gate("disjoint").judge(alike)
    assert (refused.verdict, refused.measured) == ("failed", 30)
    assert "30 repeat one of its rows under another key" in refused.sentence
    assert "`gates.disjoint.max_repeated: 0.02` allows so many" in refused.sentence
    assert gate("disjoint", max_repeated=0.02).judge(alike).verdict == "passed"


def test_rows_without_a_value_are_a_slice_and_a_group(evidence: Evidence) -> None:
    case = honest("two classes")
    known = case.test_set["region"].where(case.test_set["region"] != "south", None)
    spoiled = case.test_set["load"].where(known.notna(), -case.test_set["load"])
    table = case.test_set.assign(area=known, load=spoiled)
    carrying = PROBLEM.model_copy(update={"carried": ("area",)})
    asked = {"metrics": {"roc_auc": "decides"}, "slices": {"columns": ["area"], "min_samples": 100}}
    evaluation = Evaluation.model_validate(
        asked | {"importance": {"repeats": 2, "max_samples": 200}, "profile_rows": 100}
    )
    slices = measure_slices(case.model, table, carrying, evaluation, "roc_auc").set_index("value")
    assert slices["rows"].sum() == len(table)
    assert slices["score"].idxmin() == "(null)"
    found = replace(evidence, problem=carrying, test_set=table, slices=slices.reset_index())
    assert "lowest for area (null)" in gate("slices").judge(found).sentence
    never = evidence.predictions["prediction"].where(known.notna(), False)
    unfair = replace(found, predictions=evidence.predictions.assign(prediction=never))
    judgement = gate("fairness", columns=["area"]).judge(unfair)
    assert (judgement.verdict, "from (null) to" in judgement.sentence) == ("failed", True)


class Mistaken(Predictions):
    """A contract with a check that asks for a column of another table."""

    @pa.dataframe_check(name="scores grow with the load")
    def scores_grow(cls, table: pd.DataFrame) -> pd.Series:
        """Fails by itself."""
        return table["score"] > table["burden"]


def test_a_check_that_fails_by_itself_is_told_and_not_blamed_on_the_predictions(evidence: Evidence) -> None:
    with pytest.raises(RefusedError, match=r"judged by Mistaken: check 'scores grow.*burden.*Correct the check"):
        gate("contract", table=Mistaken).judge(evidence)


@pytest.mark.parametrize("scoring", ["neg_log_loss", "roc_auc_ovr"])
def test_a_test_set_that_lacks_a_class_is_judged_by_the_others(scoring: str) -> None:
    found = honest("three classes")
    newest = found.test_set[found.test_set[PROBLEM.target] != "low"].reset_index(drop=True)
    evaluation = found.evaluation.model_copy(update={"metrics": {scoring: "decides"}})
    evidence = found.but(test_set=newest, scoring=scoring, evaluation=evaluation).evidence
    for name in ("floor", "baseline", "overfit", "leak", "champion"):
        judgement = getattr(Gates.model_validate(settings("three classes")), name).judge(evidence)
        assert "no number" not in judgement.sentence
        assert judgement.measured is None or np.isfinite(judgement.measured)
    assert {"ROC", "Confusion", "Calibration"} <= draw_figures(found.model, newest, PROBLEM, scoring).keys()
