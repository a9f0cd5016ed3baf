"""The gate that compares a model with the one that serves now."""

from typing import Any

import numpy as np
import pandas as pd
from pydantic import Field, NonNegativeFloat, PositiveInt
from scipy.stats import bootstrap
from sklearn.base import is_classifier
from sklearn.pipeline import Pipeline

from kedro_modelops.distribution.parallel import starmap
from kedro_modelops.gates.gate import Evidence, Gate, Judgement, Verdict, at_least, not_judged
from kedro_modelops.models.intervals.asking import gives_intervals
from kedro_modelops.models.recorded_answers import Recorded
from kedro_modelops.models.scoring import score

PARTS = 20
"""Into how many calls the draws are divided."""
Rivals = tuple[Recorded, Recorded]
"""Answers of the new model and of the champion."""


class NotWorseThanChampion(Gate):
    """Refuses a model that may be worse than the champion on the same held-out rows by more than `tolerance`.

    Rows are drawn again and again, and both models are scored on each draw (paired bootstrap, class by class, so that
    each occurs): the lower bound of the difference, at `confidence`, must not lie under minus `tolerance`.

    Answers of another kind (other classes, a number in place of a class) break what callers rely on, however good they
    are: they are refused until `accept_answers` says what they are now. As it names them, it accepts nothing else.
    """

    accept_answers: str | None = None
    tolerance: NonNegativeFloat
    confidence: float = Field(gt=0.5, lt=1)
    resamples: int = Field(ge=100)
    max_samples: PositiveInt

    def look(self, evidence: Evidence) -> Judgement:
        """Scores both models on each draw; a champion that cannot be asked refuses too."""
        champion = evidence.champion
        if champion is None:
            return Judgement(Verdict.PASSED, "There is no champion yet to compare with.")
        if champion.model is None:
            return Judgement(
                Verdict.FAILED,
                f"Champion {champion.version} cannot be compared: {champion.refusal}. Promote another version, or say "
                "`enabled: false` for this one change.",
            )
        if lacking := sorted(set(champion.model.feature_names_in_) - set(evidence.test_set.columns)):
            return Judgement(
                Verdict.FAILED,
                f"Champion {champion.version} cannot be compared, for the test set lacks its {', '.join(lacking)}: "
                "keep the column in problem.carried, where the new model does not see it, or say "
                "`enabled: false` for this one change.",
            )
        was, now = describe_answers(champion.model), describe_answers(evidence.model)
        if was != now:
            return self._changed(champion.version, was, now)
        difference, bound = self._difference(evidence, champion.model)
        at_worst = _better(evidence, bound, "at least ", "at most ")
        sentence = (
            f"{evidence.metric.title} is {_better(evidence, difference)} than that of champion {champion.version} on "
            f"the same rows, with {self.confidence:.0%} confidence {at_worst}; up to "
            f"{self.tolerance:g} worse is allowed."
        )
        return at_least(-self.tolerance, bound, sentence)

    def _changed(self, version: str, was: str, now: str) -> Judgement:
        told = f"The model answers with {now}, champion {version} with {was}"
        if now == self.accept_answers:
            return not_judged(f"{told}; gates.champion.accept_answers declares it. So they cannot be compared.")
        remedy = f"agree with those who call the service, and declare it by `gates.champion.accept_answers: '{now}'`"
        return Judgement(Verdict.FAILED, f"{told}, which is a change of contract: {remedy}, or restore the classes.")

    def _difference(self, evidence: Evidence, champion: Pipeline) -> tuple[float, float]:
        rows = evidence.test_set.sample(min(self.max_samples, len(evidence.test_set)), random_state=evidence.seed)
        target = rows[evidence.problem.target].to_numpy()
        models = (
            Recorded(evidence.model, evidence.problem.features(rows)),
            Recorded(champion, rows[list(champion.feature_names_in_)]),
        )
        every = np.arange(len(rows))
        observed = _difference(models, target, every, evidence.scoring)
        if np.isnan(observed):
            return observed, observed
        classes = pd.Series(target).groupby(target).indices.values() if is_classifier(evidence.model) else [every]
        once = np.array([numbers[0] for numbers in classes if len(numbers) == 1], dtype=int)

        def differences(*drawn: np.ndarray, axis: int) -> np.ndarray:
            draws = np.hstack([*drawn, np.tile(once, (len(drawn[0]), 1))])
            calls = [(models, target, part, evidence.scoring) for part in np.array_split(draws, PARTS)]
            return np.concatenate(starmap(_differences, calls, "Drawing rows"))

        found = bootstrap(
            tuple(numbers for numbers in classes if len(numbers) > 1),
            differences,
            n_resamples=self.resamples,
            vectorized=True,
            confidence_level=self.confidence,
            alternative="greater",
            method="percentile",
            rng=evidence.seed,
        )
        return observed, float(found.confidence_interval.low)


def _difference(models: Rivals, target: np.ndarray, rows: np.ndarray, scoring: str) -> float:
    challenging, serving = (score(model, rows, target[rows], scoring) for model in models)
    return challenging - serving


def _differences(models: Rivals, target: np.ndarray, draws: np.ndarray, scoring: str) -> np.ndarray:
    return np.array([_difference(models, target, rows, scoring) for rows in draws], dtype=float)


def _better(evidence: Evidence, difference: float, least: str = "", most: str = "") -> str:
    """By how much a model is better or worse, which the sign of the metric does not tell people."""
    if difference < 0:
        return f"{most}{evidence.metric.amount(-difference)} worse"
    return f"{least}{evidence.metric.amount(difference)} better"


def describe_answers(model: Any) -> str:
    """What a model answers with: its classes in their order with their type, or numbers, with or without an interval.

    The order counts, as probabilities come in it, and so does the type: callers get `true`, `1` or `"late"`.
    """
    if not is_classifier(model):
        return "numbers with an interval" if gives_intervals(model) else "numbers"
    labels = np.asarray(model.classes_).tolist()
    kinds = ", ".join(sorted({type(label).__name__ for label in labels}))
    certain = "" if hasattr(model, "predict_proba") else ", without probabilities"
    return f"classes {', '.join(map(str, labels))} ({kinds}){certain}"
