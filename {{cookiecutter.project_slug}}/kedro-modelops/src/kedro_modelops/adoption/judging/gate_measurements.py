"""What gates measure of a model that is trained here."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.base import is_classifier

from kedro_modelops.adoption.judging.model_input import SEED, divide, roles_of
from kedro_modelops.adoption.judging.training_settings import METRICS
from kedro_modelops.adoption.proposing.proposal import Proposal
from kedro_modelops.gates import Evidence, Gate
from kedro_modelops.gates.groups import Fairness, Slices
from kedro_modelops.models.recorded_answers import Recorded
from kedro_modelops.models.scoring import score
from kedro_modelops.models.slices import judged_slices
from kedro_modelops.pipelines.evaluation.nodes import measure, measure_slices, predict_test_set
from kedro_modelops.pipelines.evaluation.parameters import Evaluation
from kedro_modelops.pipelines.training.nodes import compare_candidates, fit_best
from kedro_modelops.pipelines.training.parameters import Training

BINS = 10
"""Of probabilities, in `parameters_evaluation.yml` too."""
REDRAWN = 50
"""How often rows are drawn anew."""
SURE = 3
"""Standard deviations over folds by which one candidate has to be better than another one to be sure to win."""
FAR = 1e9
"""A margin that nothing reaches, so that a gate says how far something is."""


def train_candidates(proposal: Proposal, table: pd.DataFrame, training: Training) -> list[Evidence]:
    """Trains the candidates, and gathers what gates look at.

    Returns:
        Of the best of them, and of those that another search might as well choose.
    """
    roles, (train, test) = roles_of(proposal), divide(proposal, table)
    results = compare_candidates(train, roles, training)
    model = fit_best(train, results, roles, training).estimator
    metrics = measure(model, train, test, roles, _evaluation(list(METRICS[proposal.kind]), [], 1))
    predictions = predict_test_set(model, test, roles)
    best = Evidence(model, train, test, roles, training.scoring, SEED, metrics, pd.DataFrame(), predictions, None, {})
    rivals = (fit_best(train, found, roles, training).estimator for found in _close(results))
    features, target = roles.features(test), test[roles.target]
    reached = ((rival, score(rival, features, target, training.scoring)) for rival in rivals)
    return [
        best,
        *(replace(best, model=rival, metrics={f"test_{training.scoring}": found}) for rival, found in reached),
    ]


def _close(results: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Results of the candidates, but for the best, that differ from it by less than folds differ among themselves."""
    best = results.iloc[0]
    for name, found in results.groupby("candidate", sort=False):
        apart = best["score"] - found["score"].max()
        if name != best["candidate"] and apart <= SURE * np.hypot(best["score_std"], found["score_std"].iloc[0]):
            yield found


def _evaluation(metrics: Sequence[str], slices: Sequence[str], min_samples: int) -> Evaluation:
    settings = {"columns": slices, "min_samples": min_samples}
    importance = {"repeats": 2, "max_samples": 1}
    return Evaluation.model_validate(
        {"metrics": dict.fromkeys(metrics, ""), "slices": settings, "importance": importance, "profile_rows": 1}
    )


def far_from_refusal(gate: Gate, evidence: Evidence) -> float:
    """What a gate measures; 0 where it has nothing to judge."""
    return gate.judge(evidence).measured or 0.0


def spread_of(evidence: Evidence) -> float:
    """The standard deviation of the score where the held-out rows are drawn anew, class by class."""
    target, rng = evidence.target.to_numpy(), np.random.default_rng(SEED)
    classes = pd.Series(target).groupby(target).indices.values() if is_classifier(evidence.model) else None
    strata = [np.arange(len(target))] if classes is None else list(classes)
    answers = Recorded(evidence.model, evidence.features)
    drawn = (np.concatenate([rng.choice(rows, len(rows)) for rows in strata]) for _ in range(REDRAWN))
    return float(np.std([score(answers, rows, target[rows], evidence.scoring) for rows in drawn]))


def target_alone(evidence: Evidence) -> Evidence:
    """Evidence of a model whose one feature is the target."""
    target, kept = evidence.problem.target, [evidence.problem.target, evidence.problem.key]
    values = pd.concat([evidence.train_set[target], evidence.test_set[target]])
    codes = pd.factorize(values, sort=True)[0] if is_classifier(evidence.model) else values.to_numpy()
    train, test = codes[: len(evidence.train_set)].astype(float), codes[len(evidence.train_set) :].astype(float)
    return replace(
        evidence,
        train_set=evidence.train_set[kept].assign(itself=train),
        test_set=evidence.test_set[kept].assign(itself=test),
    )


def slice_gap(evidence: Evidence, column: str, min_samples: int) -> float | None:
    """How far the worst value of a column lies below the whole; None where fewer than two have enough rows.

    One alone is nearly all rows: it cannot lie below them, so the gate would say nothing.
    """
    evaluation = _evaluation([evidence.scoring], [column], min_samples)
    slices = measure_slices(evidence.model, evidence.test_set, evidence.problem, evaluation, evidence.scoring)
    if len(judged_slices(slices)) < 2:  # noqa: PLR2004
        return None
    return Slices(max_gap=FAR).judge(replace(evidence, slices=slices)).measured


def rate_gap(evidence: Evidence, column: str, min_samples: int) -> float | None:
    """The largest difference of rates between the values of a column; None where there is nothing to compare."""
    return Fairness(columns=[column], max_gap=1, min_samples=min_samples).judge(evidence).measured
