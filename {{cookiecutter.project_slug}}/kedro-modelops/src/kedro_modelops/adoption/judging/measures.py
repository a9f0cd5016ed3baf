"""What models reach on a table, measured on the spot: what the thresholds of the gates follow from."""

import logging
import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sklearn.base import is_classifier

from kedro_modelops.adoption.judging.gate_measurements import (
    BINS,
    FAR,
    far_from_refusal,
    rate_gap,
    slice_gap,
    spread_of,
    target_alone,
    train_candidates,
)
from kedro_modelops.adoption.judging.model_input import divide, roles_of
from kedro_modelops.adoption.proposing.proposal import Proposal
from kedro_modelops.gates.disjoint import repeated_rows
from kedro_modelops.gates.integrity import Leak
from kedro_modelops.gates.quality import Baseline, Calibration, Overfit
from kedro_modelops.pipelines.training.parameters import Training

HARDLY = 3
"""Rows of a class that are predicted at least, so that it is sure to be predicted."""


@dataclass(frozen=True, kw_only=True)
class Measures:
    """What was found on held-out rows, in units of the scorer.

    Attributes:
        score: Of the best candidate.
        lowest: Of those that another search might as well choose.
        spread: Its standard deviation where the held-out rows are drawn anew; infinite where later rows may be harder.
        over_dummy: How much that is more than a guess without features.
        over_linear: How much more than a plain linear model.
        gap: How much more it reaches on its training rows.
        calibration: Mean distance of probabilities from frequencies; 0 of a regression.
        miscalibrated: The largest among those that another search might as well choose.
        leak: What the best feature alone reaches.
        ceiling: What the target itself would reach as a feature.
        repeated: Share of test rows that repeat a training row.
        slices: By column, how far its worst value lies below the whole.
        fairness: By column, the largest difference of rates.
        unpredicted: Classes that are hardly ever predicted.
        metrics: All that was measured.
        rows: How many rows that stands on.
    """

    score: float
    lowest: float
    spread: float
    over_dummy: float
    over_linear: float
    gap: float
    calibration: float
    miscalibrated: float
    leak: float
    ceiling: float
    repeated: float
    slices: Mapping[str, float]
    fairness: Mapping[str, float]
    unpredicted: tuple[str, ...]
    metrics: Mapping[str, float]
    rows: int

    @property
    def dummy(self) -> float:
        """What a guess without features reaches."""
        return self.score - self.over_dummy


def measure_models(
    proposal: Proposal, table: pd.DataFrame, training: Mapping[str, Any], sliced: Sequence[str], min_samples: int
) -> Measures:
    """Trains the candidates and judges the best.

    Args:
        proposal: What the table is taken for.
        table: The model's input.
        training: Settings.
        sliced: Columns that might make slices, or groups that must be treated alike.
        min_samples: Rows of a slice that is judged.
    """
    with warnings.catch_warnings(), _silence():
        warnings.simplefilter("ignore")
        evidence, *rivals = train_candidates(proposal, table, Training.model_validate(training))
        calibration = Calibration(max_error=1, bins=BINS)
        target, classify = evidence.train_set[evidence.problem.target], is_classifier(evidence.model)
        predicted = evidence.predictions["prediction"].value_counts()
        slices = {column: slice_gap(evidence, column, min_samples) for column in sliced}
        rates = {column: rate_gap(evidence, column, min_samples) for column in sliced}
        return Measures(
            score=evidence.score,
            lowest=min(found.score for found in (evidence, *rivals)),
            spread=math.inf if proposal.time else spread_of(evidence),
            over_dummy=far_from_refusal(Baseline(over_dummy=FAR, over_linear=-FAR), evidence),
            over_linear=far_from_refusal(Baseline(over_dummy=1 / FAR, over_linear=FAR), evidence),
            gap=far_from_refusal(Overfit(max_gap=FAR), evidence),
            calibration=far_from_refusal(calibration, evidence),
            miscalibrated=max(far_from_refusal(calibration, found) for found in (evidence, *rivals)),
            leak=far_from_refusal(Leak(max_score=FAR), evidence),
            ceiling=far_from_refusal(Leak(max_score=FAR), target_alone(evidence)),
            repeated=float(repeated_rows(evidence.train_set, evidence.test_set, evidence.problem).mean()),
            slices={column: gap for column, gap in slices.items() if gap is not None},
            fairness={column: gap for column, gap in rates.items() if gap is not None},
            unpredicted=tuple(
                str(value) for value in sorted(target.unique()) if classify and predicted.get(value, 0) < HARDLY
            ),
            metrics=evidence.metrics,
            rows=len(evidence.test_set),
        )


def repeated_share(proposal: Proposal, table: pd.DataFrame) -> float:
    """Share of test rows that repeat a training row; it grows with the table, so that no sample tells it."""
    return float(repeated_rows(*divide(proposal, table), roles_of(proposal)).mean())


@contextmanager
def _silence() -> Iterator[None]:
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
