"""What the gates ask: thresholds that follow from what was measured, each with it beside."""

import math
from dataclasses import dataclass
from typing import Any

from kedro_modelops.adoption.judging.measures import Measures
from kedro_modelops.adoption.judging.model_input import key_name
from kedro_modelops.adoption.proposing.proposal import Proposal

WIDEST_SLICE, WIDEST_RATE = 0.25, 0.3
"""How far a value of a column may lie below the whole, and rates apart, where a gate can still watch it."""
ALIKE = 0.01
"""Share of test rows that may repeat a training row in any table."""
ROOM = 0.75
"""Share of the way to a model that has learned nothing but its training rows."""
NEARLY_ALL = 0.9
"""Share of repeated rows from which on any number of them is no sign of anything."""


@dataclass(frozen=True)
class Margins:
    """What of a lead may be lost before a gate refuses, and what may be missed beyond that.

    Attributes:
        lead: Share of the lead over a guess.
        spreads: Standard deviations of the score that may be lost with a tenth of the lead, if less; None for the few
            rows of the tests, from which each training makes the same model.
        least: In units of the scorer.
        error: Of probabilities.
    """

    lead: float
    spreads: int | None
    least: float
    error: float


WHOLE = Margins(lead=0.4, spreads=4, least=0.15, error=0.05)
SAMPLE = Margins(lead=0.6, spreads=None, least=0.25, error=0.12)


def gates_of(measures: Measures, margins: Margins) -> dict[str, dict[str, float]]:
    """Thresholds by gate and option, for a model that reached this."""
    always_same = margins.spreads is None
    reached = measures.score if always_same else measures.lowest
    error = measures.calibration if always_same else measures.miscalibrated
    lead = max(reached - measures.dummy, 0.01)
    lost = _lost(measures, margins, lead)
    slack = max(lead * margins.lead, margins.least / 15)
    return {
        "floor": {"minimum": round_down(measures.dummy + lead - lost)},
        "baseline": {
            "over_dummy": max(round_down(lead * (1 - margins.lead) / 2), 0.001),
            "over_linear": round_down(min(measures.over_linear, 0) - slack / 2),
        },
        "overfit": {"max_gap": round_up(_gap(measures, max(slack / 2, margins.least)))},
        "calibration": {"max_error": min(round_up(error * 1.25 + margins.error), 0.6)},
        "leak": {"max_score": _between(measures.leak, measures.ceiling)},
        "disjoint": {"max_repeated": _repeated(measures.repeated)},
    }


def _gap(measures: Measures, margin: float) -> float:
    """More than the best has, less than one has that knows its training rows by heart and guesses the others."""
    gap = max(measures.gap, 0)
    by_heart = measures.ceiling - measures.dummy
    return gap + min(margin, max((by_heart - gap) * ROOM, margin / 15))


def _repeated(share: float) -> float:
    """Of a few coarse columns, every row looks like another: only their keys tell them apart."""
    return 1 if share > NEARLY_ALL else max(ALIKE, min(round_up(share * 1.2), 0.99))


def _lost(measures: Measures, margins: Margins, lead: float) -> float:
    """What of the lead a later model may lose."""
    share = lead * margins.lead
    return share if margins.spreads is None else min(share, lead / 10 + margins.spreads * measures.spread)


def slices_of(whole: Measures, sample: Measures) -> list[str]:
    """Columns of whose every value something can be asked, on all rows and on those of the tests.

    None where rows look alike: the best of models errs in each of them, so that no limit tells it from the worst.
    """
    if max(whole.repeated, sample.repeated) > NEARLY_ALL:
        return []
    fit = [
        column
        for column, gap in whole.slices.items()
        if gap <= WIDEST_SLICE and sample.slices.get(column, math.inf) <= 2 * WIDEST_SLICE
    ]
    return fit[:2]


def groups_of(whole: Measures, sample: Measures, sensitive: list[str]) -> list[str]:
    """Columns whose values have to be treated alike, and are."""
    return [
        column
        for column in sensitive
        if whole.fairness.get(column, math.inf) <= WIDEST_RATE
        and sample.fairness.get(column, math.inf) <= 2 * WIDEST_RATE
    ]


def gap_of(columns: list[str], gaps: Any, margin: float, most: float) -> float:
    """What is allowed between values of these columns."""
    return min(round_up(max([gaps[column] for column in columns] or [0.0]) + margin), most)


def expectations_of(proposal: Proposal) -> dict[str, Any]:
    """How answers behave: the key tells a model nothing."""
    shuffled = {"shuffle": [key_name(proposal)], "answer": "stays", "tolerance": 0}
    return {"the key of a row tells the model nothing": shuffled}


def round_down(number: float, digits: int = 2) -> float:
    """To so many decimals, or significant digits of what is smaller."""
    return _rounded(number, digits, math.floor)


def round_up(number: float, digits: int = 2) -> float:
    """The same, upwards."""
    return _rounded(number, digits, math.ceil)


def _rounded(number: float, digits: int, how: Any) -> float:
    if not number or not math.isfinite(number):
        return 0.0
    decimals = max(digits, digits - 1 - math.floor(math.log10(abs(number))))
    return float(round(how(round(number * 10**decimals, 6)) / 10**decimals, decimals))


def _between(measured: float, ceiling: float) -> float:
    """Nearer to what was measured than to what the target itself reaches, where there is room."""
    middle = measured + (ceiling - measured) * 0.6
    return float(f"{middle:.4g}") if ceiling - measured > 0.02 else float(f"{middle:.6g}")  # noqa: PLR2004
