"""The gate for how a model behaves when its input changes: what must not matter, and which way the answer may move.

After Ribeiro, Wu, Guestrin, Singh, Beyond Accuracy: Behavioral Testing of NLP Models with CheckList, ACL 2020.
"""

from typing import Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, Field, NonNegativeFloat, PositiveInt, model_validator

from kedro_modelops.gates.gate import Evidence, Gate, Judgement, at_most, not_judged, require
from kedro_modelops.models.scoring import answers


class Expectation(BaseModel, extra="forbid", frozen=True):
    """A change of the input, and what the answer does then.

    Attributes:
        shift: What is added to each of these features; rows that leave the range of the test set are left out.
        shuffle: Columns of the test set, the key for instance, that are handed out anew among the rows, and are shown
            to the model too.
        answer: `stays` (for each row), or `does not fall`, `does not rise` (on average).
        tolerance: By how much it may do otherwise.
        label: The class whose probability rises or falls; the last by default. A regression's answer is its prediction.
    """

    shift: dict[str, float] = {}
    shuffle: list[str] = []
    answer: Literal["stays", "does not fall", "does not rise"]
    tolerance: NonNegativeFloat
    label: str | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> "Expectation":
        if not self.shift and not self.shuffle:
            msg = "nothing is changed: say what to shift or to shuffle"
            raise ValueError(msg)
        return self

    def breach(self, evidence: Evidence, rows: pd.DataFrame) -> float:
        """By how much the answer does otherwise than it should; NaN for answers that are no numbers."""
        before = evidence.problem.features(rows)
        after = before.assign(
            **{feature: before[feature] + by for feature, by in self.shift.items()},
            **{name: rows[name].sample(frac=1, random_state=evidence.seed).to_numpy() for name in self.shuffle},
        )
        inside = pd.Series(True, index=rows.index)
        for feature in self.shift:
            inside &= after[feature].between(before[feature].min(), before[feature].max())
        moved = answers(evidence.model, after[inside]) - answers(evidence.model, before[inside])
        if self.answer == "stays":
            return float(np.abs(moved).max())
        labels = [str(label) for label in getattr(evidence.model, "classes_", [])]
        mean = moved.mean(axis=0)[labels.index(self.label) if self.label else -1]
        return float(mean if self.answer == "does not rise" else -mean)


class Behaviour(Gate):
    """Refuses a model that breaks one of the expectations, each of which is named by a sentence."""

    expectations: dict[str, Expectation]
    max_samples: PositiveInt = Field(description="Rows of the test set that are tried")

    def look(self, evidence: Evidence) -> Judgement:
        """Finds the expectation that is broken most."""
        if not self.expectations:
            return not_judged("Nothing is expected.")
        for name, expected in self.expectations.items():
            require(f"gates.behaviour.expectations, {name}", [*expected.shift, *expected.shuffle], evidence.test_set)
        rows = evidence.test_set.sample(min(self.max_samples, len(evidence.test_set)), random_state=evidence.seed)
        found = {name: expected.breach(evidence, rows) for name, expected in self.expectations.items()}
        excess = {name: breach - self.expectations[name].tolerance for name, breach in found.items()}
        worst = max(excess, key=lambda name: np.nan_to_num(excess[name], nan=np.inf))
        told = [
            f"{name} (broken by {max(breach, 0):.4f}, {self.expectations[name].tolerance:g} is allowed)"
            for name, breach in found.items()
        ]
        return at_most(self.expectations[worst].tolerance, found[worst], f"Expected: {'; '.join(told)}.")
