"""Keeps retraining from running away: what was asked for stands in the ledger, not on the machine that asks."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel, PositiveFloat, PositiveInt

from kedro_modelops.registry import model_registry
from kedro_modelops.registry.ledger import entries
from kedro_modelops.registry.ledger.lock import lock
from kedro_modelops.registry.ledger.moves import Move

TRAINING = "training"
"""Stands in the ledger where a move names an environment."""
BETWEEN = "; "
WEEK = timedelta(days=7)


class Bounds(BaseModel, extra="forbid", frozen=True):
    """How often monitoring may start a training.

    Attributes:
        cool_down_days: Days from one to the next.
        most_per_week: Within seven days.
    """

    cool_down_days: PositiveFloat
    most_per_week: PositiveInt


def ask(name: str, findings: Sequence[str], bounds: Bounds, now: datetime) -> str:
    """Asks for a training, and notes in the ledger that one was asked for.

    Args:
        name: Of the registered model.
        findings: Names of the signals that ask.
        bounds: How often that may be.
        now: When.

    Returns:
        Why no training may start; empty if one may.
    """
    champion = model_registry.aliases(name).get(model_registry.CHAMPION, "")
    refusal = refuse(entries.read(name, TRAINING), findings, champion, bounds, now)
    if not refusal:
        asked = Move("retrain", TRAINING, champion, "", entries.who(), BETWEEN.join(sorted(findings)), "", "")
        with lock(), entries.entry(name, asked):
            pass
    return refusal


def refuse(asked: Sequence[Move], findings: Sequence[str], champion: str, bounds: Bounds, now: datetime) -> str:
    """Says why no training may start; empty if one may.

    Args:
        asked: Trainings that were asked for, the oldest first.
        findings: Names of the signals that ask now.
        champion: The version that they are about.
        bounds: How often that may be.
        now: When.
    """
    if not findings:
        return "nothing asks for a new model"
    if not asked:
        return ""
    last = asked[-1]
    if now - last.at < timedelta(days=bounds.cool_down_days):
        return f"a training was asked for on {last.at:%Y-%m-%d}; the next may be {bounds.cool_down_days:g} days later"
    if sum(now - move.at < WEEK for move in asked) >= bounds.most_per_week:
        return f"{bounds.most_per_week} trainings were asked for within seven days, and more may not be"
    if last.before == champion and set(findings) <= set(last.reason.split(BETWEEN)):
        return f"the training of {last.at:%Y-%m-%d} was asked for the same reasons, and brought no better model"
    return ""
