"""What monitoring says of one thing that it watches."""

import math
from enum import StrEnum
from typing import NamedTuple


class Verdict(StrEnum):
    """What a signal can say."""

    OK = "ok"
    ALERT = "alert"
    NOT_JUDGED = "not_judged"


class Signal(NamedTuple):
    """A signal.

    Attributes:
        name: What is watched; the part before a slash is its kind.
        verdict: Whether it is worth a word.
        sentence: What was found, for people.
        value: What was measured, where something was.
        threshold: From where on it is worth a word.
    """

    name: str
    verdict: Verdict
    sentence: str
    value: float | None = None
    threshold: float | None = None

    @property
    def kind(self) -> str:
        """What it belongs to."""
        return self.name.partition("/")[0]


def judge(name: str, value: float, threshold: float, sentence: str, *, alert: bool) -> Signal:
    """A signal that was measured."""
    measured = None if math.isnan(value) else float(value)  # JSON knows no NaN
    return Signal(name, Verdict.ALERT if alert else Verdict.OK, sentence, measured, float(threshold))


def at_most(name: str, value: float, limit: float, sentence: str) -> Signal:
    """An alert where a value is above its limit, or no number."""
    return judge(name, value, limit, f"{sentence}; at most {limit:g} is expected.", alert=not value <= limit)


def not_judged(name: str, sentence: str) -> Signal:
    """A signal about which nothing can be said, and why."""
    return Signal(name, Verdict.NOT_JUDGED, sentence)


def too_few(name: str, rows: int, least: int, what: str = "predictions") -> Signal:
    """A signal for which a window is too small."""
    return not_judged(name, f"Not judged: {rows:,} {what} in the window, {least:,} are needed.")
