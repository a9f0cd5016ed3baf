"""Gates bite: what is spoiled in a project's own model or table is refused by the gate that is meant for it."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest

from kedro_modelops.gates import Gates, Verdict
from kedro_modelops.gates.behaviour import Expectation
from kedro_modelops.pipelines.evaluation.parameters import Evaluation
from kedro_modelops.registry.model_registry import lineage_in
from kedro_modelops.roles import Roles
from kedro_modelops.testing.commands import PROJECT, connect, read_conf
from kedro_modelops.testing.examination import Examination
from kedro_modelops.testing.project import Load
from kedro_modelops.testing.spoilings.models import SPOILINGS, Spoiling

ENVIRONMENTS = sorted(folder.name for folder in (PROJECT / "conf").glob("*") if folder.is_dir())


class GateTests:
    """A gate that has nothing to judge in this project, as it says itself, is skipped."""

    @pytest.fixture(scope="class")
    @classmethod
    def honest(cls, trained: Path, load: Load, parameters: dict[str, Any]) -> Examination:
        """The model that `kedro run --env ci` has trained here, and its settings; it is spoiled in copies."""
        with patch.dict(os.environ):  # MLflow leaves its address there
            run = connect(trained).get_run(load("registered_version")["run_id"])
        return Examination(
            model=load("model"),
            train_set=load("train_set"),
            test_set=load("test_set"),
            roles=Roles.model_validate(parameters["problem"]),
            evaluation=Evaluation.model_validate(parameters["evaluation"]),
            scoring=parameters["training"]["scoring"],
            seed=parameters["training"]["seed"],
            gates=Gates.model_validate(parameters["gates"]),
            lineage=lineage_in(run.data.tags),
        )

    @pytest.mark.parametrize("environment", ENVIRONMENTS)
    def test_no_gate_is_switched_off(self, environment: str) -> None:
        """Who switches one off for good says so by changing this test."""
        gates = Gates.model_validate(read_conf(environment)["gates"])
        assert [name for name, gate in gates if not gate.enabled] == []

    def test_an_honest_model_passes(self, honest: Examination) -> None:
        """That is: what a spoiled one is refused for is not found in any."""
        assert honest.gates.judge(honest.evidence)["failed"] == []

    @pytest.mark.parametrize(("gate", "spoiling"), [pytest.param(*one, id=one[1].__name__) for one in SPOILINGS])
    def test_a_gate_refuses_what_it_is_meant_for(self, honest: Examination, gate: str, spoiling: Spoiling) -> None:
        """On this project's model, table and thresholds."""
        judgement = honest.judge(gate)
        if judgement.verdict == Verdict.NOT_JUDGED:
            pytest.skip(f"{gate}: {judgement.sentence}")
        refused = spoiling(honest).judge(gate)
        assert refused.verdict == Verdict.FAILED, refused.sentence

    def test_each_expectation_can_be_broken(self, honest: Examination) -> None:
        """By a model whose answers follow what must not matter, or the wrong way."""
        assert list(self._unbroken(honest)) == []

    @staticmethod
    def _unbroken(honest: Examination) -> Iterator[str]:
        for name, expectation in honest.gates.behaviour.expectations.items():
            alone = honest.gates.behaviour.model_copy(update={"expectations": {name: expectation}})
            spoiled = breaks(expectation)(honest).but(gates=honest.gates.model_copy(update={"behaviour": alone}))
            judgement = spoiled.judge("behaviour")
            if judgement.verdict != Verdict.FAILED:
                yield judgement.sentence


def breaks(expectation: Expectation) -> Spoiling:
    """A model that does what is not expected: its answer follows the columns that change, in the wrong direction."""

    def follow(features: pd.DataFrame, known: pd.DataFrame) -> np.ndarray:
        steps = [(features[name] - known[name].median()).fillna(0) / by for name, by in expectation.shift.items()]
        ranks = [features[name].rank(pct=True).fillna(0) * 10 - 5 for name in expectation.shuffle if name in features]
        direction = 1 if expectation.answer == "does not rise" else -1
        parts: list[Any] = [np.zeros(len(features)), *steps, *ranks]
        total: np.ndarray = np.sum(np.stack(parts), axis=0)
        return direction * total

    def spoil(honest: Examination) -> Examination:
        classes = [str(label) for label in getattr(honest.model, "classes_", [])]
        watched = classes.index(expectation.label) if expectation.label else -1
        target = honest.rows[honest.roles.target]

        def answer(features: pd.DataFrame, answers: np.ndarray) -> np.ndarray:
            followed = follow(features, honest.rows)
            if not classes:
                return answers + 10 * target.std() * followed.reshape(-1, 1)
            chance = 1 / (1 + np.exp(-followed))
            chances = np.repeat((1 - chance).reshape(-1, 1) / (len(classes) - 1), len(classes), axis=1)
            chances[:, watched] = chance
            return chances

        return honest.spoiled(answer)

    return spoil
