"""How much each feature is worth to a model."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.base import is_classifier
from sklearn.pipeline import Pipeline

from kedro_modelops.distribution.parallel import starmap
from kedro_modelops.models.recorded_answers import Recorded
from kedro_modelops.models.scoring import score
from kedro_modelops.pipelines.evaluation.parameters import Evaluation
from kedro_modelops.roles import Roles

REDRAWN, CLEARLY = 30, 2
"""How often rows are drawn anew, and how many standard deviations a loss must exceed to be no chance."""


def measure_importances(
    model: Pipeline, test_set: pd.DataFrame, problem: Roles, evaluation: Evaluation, scoring: str, seed: int
) -> pd.DataFrame:
    """Shuffles one feature after the other and looks how much of the primary metric is lost.

    Permutation importance on held-out rows: Breiman, Random Forests, 2001, section 10. The rows are drawn once, and
    what is lost is measured on the same rows before and after. How far chance moves a loss is found by drawing these
    rows anew, with replacement and class by class (paired bootstrap): the spread of the shuffles alone does not know
    that a useless feature, too, happens to fit the rows that were drawn.

    Args:
        model: A fitted pipeline.
        test_set: Features, key, time and target.
        problem: Roles of the columns.
        evaluation: How often to shuffle, and how many rows.
        scoring: Name of the primary scorer.
        seed: Of all draws and of the shuffling.

    Returns:
        One row a feature, the most important first: `feature`, `importance` (mean loss), `std`, and `useful`: whether
        the loss exceeds `CLEARLY` times its standard deviation.
    """
    rows = test_set.sample(min(evaluation.importance.max_samples, len(test_set)), random_state=seed)
    features, target = problem.features(rows), rows[problem.target].to_numpy()
    every, rng = np.arange(len(rows)), np.random.default_rng(seed)
    strata = list(pd.Series(target).groupby(target).indices.values()) if is_classifier(model) else [every]
    drawn = [np.concatenate([rng.choice(stratum, len(stratum)) for stratum in strata]) for _ in range(REDRAWN)]

    judged = _Judged(target, scoring, drawn)
    before = judged.measure(Recorded(model, features))
    repeats = range(evaluation.importance.repeats)
    shuffled = {
        name: [features[name].sample(frac=1, random_state=rng).to_numpy() for _ in repeats] for name in features.columns
    }
    calls = [(model, features, name, columns, judged, before) for name, columns in shuffled.items()]
    found = [(call[2], *lost) for call, lost in zip(calls, starmap(_losses, calls, "Shuffling"), strict=True)]
    table = pd.DataFrame(found, columns=["feature", "importance", "std"])
    table["useful"] = table["importance"] > CLEARLY * table["std"]
    return table.sort_values("importance", ascending=False, ignore_index=True)


class _Measured(NamedTuple):
    """Scores of all rows, and of each draw of them."""

    every: float
    redrawn: list[float]


class _Judged(NamedTuple):
    """What answers are judged by: what would be right, the scorer, and row numbers that were drawn."""

    target: np.ndarray
    scoring: str
    drawn: list[np.ndarray]

    def score(self, answers: Recorded, numbers: np.ndarray) -> float:
        return score(answers, numbers, self.target[numbers], self.scoring)

    def score_all(self, answers: Recorded) -> float:
        return self.score(answers, np.arange(len(self.target)))

    def measure(self, answers: Recorded) -> _Measured:
        return _Measured(self.score_all(answers), [self.score(answers, numbers) for numbers in self.drawn])


def _losses(
    model: Pipeline, features: pd.DataFrame, name: str, columns: list[np.ndarray], judged: _Judged, before: _Measured
) -> tuple[float, float]:
    """What is lost by a feature's shuffled columns, and how far chance moves that."""
    shuffled = [Recorded(model, features.assign(**{name: column})) for column in columns]
    lost = [before.every - judged.score_all(after) for after in shuffled]
    redrawn = [was - judged.score(shuffled[i % len(shuffled)], judged.drawn[i]) for i, was in enumerate(before.redrawn)]
    return float(np.mean(lost)), float(np.std(redrawn, ddof=1))
