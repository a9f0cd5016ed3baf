"""What a gate is, what it looks at, and what it says."""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

import pandas as pd
from pydantic import BaseModel
from sklearn.pipeline import Pipeline

from kedro_modelops.errors import RefusedError
from kedro_modelops.metrics import Metric
from kedro_modelops.problem import load_problem
from kedro_modelops.roles import Roles


class Verdict(StrEnum):
    """What a gate can say."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_JUDGED = "not judged"


class Champion(NamedTuple):
    """The model that serves now; without the model, and with the reason, if it is not what was registered."""

    version: str
    model: Pipeline | None
    refusal: str = ""


@dataclass(frozen=True)
class Evidence:
    """What gates look at.

    Attributes:
        model: The fitted pipeline that is judged.
        train_set: What it was fitted on.
        test_set: What it has not seen.
        problem: Roles of the columns.
        scoring: Name of the primary scorer.
        seed: For everything random.
        metrics: `train_<scorer>` and `test_<scorer>` for each scorer.
        slices: Score and gap of each slice of the test set.
        predictions: The scored test set.
        champion: The model that serves now; None when there is none.
        lineage: What the model came from, by name.
    """

    model: Pipeline
    train_set: pd.DataFrame
    test_set: pd.DataFrame
    problem: Roles
    scoring: str
    seed: int
    metrics: dict[str, float]
    slices: pd.DataFrame
    predictions: pd.DataFrame
    champion: Champion | None
    lineage: dict[str, str]

    @cached_property
    def features(self) -> pd.DataFrame:
        """Features of the test set."""
        return self.problem.features(self.test_set)

    @cached_property
    def target(self) -> pd.Series:
        """Target of the test set."""
        return self.test_set[self.problem.target]

    @property
    def score(self) -> float:
        """The primary metric on the test set."""
        return self.metrics[f"test_{self.scoring}"]

    @cached_property
    def metric(self) -> Metric:
        """The primary metric, for people."""
        return load_problem().metric(self.scoring, self.problem.target)


@dataclass(frozen=True)
class Judgement:
    """What a gate says: a verdict with its reason, and what was measured by which rule, where something was."""

    verdict: Verdict
    sentence: str
    measured: float | None = None
    rule: str | None = None
    threshold: float | None = None
    enabled: bool = True


def at_least(threshold: float, measured: float, sentence: str) -> Judgement:
    """Passes what is as high as the threshold; NaN is not."""
    verdict = Verdict.PASSED if measured >= threshold else Verdict.FAILED
    return Judgement(verdict, sentence, _number(measured), "at least", threshold)


def at_most(threshold: float, measured: float, sentence: str) -> Judgement:
    """Passes what is as low as the threshold; NaN is not."""
    return replace(
        at_least(-threshold, -measured, sentence), measured=_number(measured), rule="at most", threshold=threshold
    )


def within(metric: Metric, threshold: float, score: float, sentence: str) -> Judgement:
    """Passes a score as high as the threshold: an error, as people read it, that is as low."""
    judge = at_most if metric.is_error else at_least
    return judge(metric.read(threshold), metric.read(score), sentence)


def _number(measured: float) -> float | None:
    """JSON knows no NaN."""
    return None if math.isnan(measured) else float(measured)


def not_judged(reason: str) -> Judgement:
    """Says why there is nothing to judge."""
    return Judgement(Verdict.NOT_JUDGED, reason)


def require(setting: str, columns: Iterable[str], table: pd.DataFrame) -> None:
    """Refuses a setting that names a column which is not there."""
    if absent := [column for column in columns if column not in table]:
        msg = f"{setting}: the test set has no column {', '.join(absent)}, but {', '.join(table.columns)}"
        raise RefusedError(msg)


class Gate(BaseModel, ABC, extra="forbid", frozen=True):
    """A gate with its settings; it is on unless these say `enabled: false`, which is shown in place of its verdict."""

    enabled: bool = True

    def judge(self, evidence: Evidence) -> Judgement:
        """Looks at a model."""
        if not self.enabled:
            return replace(not_judged("Switched off by `enabled: false`."), enabled=False)
        return self.look(evidence)

    @abstractmethod
    def look(self, evidence: Evidence) -> Judgement:
        """What this gate finds."""
