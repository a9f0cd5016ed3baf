"""Parameters of the monitoring pipeline."""

from datetime import date
from typing import Literal

import pandas as pd
from pydantic import BaseModel, Field, NonNegativeFloat, PositiveFloat, PositiveInt, field_validator, model_validator

from kedro_modelops.extensions.monitor import Monitor, TeamMonitor
from kedro_modelops.metrics import NEGATIVE, Metric
from kedro_modelops.models.scorers import check_scorer

Share = Field(ge=0, le=1)
CALIBRATION, COVERAGE = "calibration", "coverage"
OWN_METRICS = {
    CALIBRATION: Metric(f"{NEGATIVE}{CALIBRATION}", "The calibration error"),
    COVERAGE: Metric(COVERAGE, "The share of outcomes in their interval"),
}
"""That stand in place of a scorer."""
KINDS = ("performance", "slice", CALIBRATION, COVERAGE, "estimate", "recent", "shift", "drift", "shadow", "traffic")
"""Of the plugin's signals, beside those that have a limit."""


class Span(BaseModel, extra="forbid", frozen=True):
    """Which predictions are looked at: a month, the days from `since` to before `until`, or the last `days`."""

    month: str | None = Field(default=None, pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    since: date | None = None
    until: date | None = None
    days: PositiveInt

    @model_validator(mode="after")
    def _says_one_thing(self) -> "Span":
        if (self.since is None) != (self.until is None) or (self.month and self.since):
            msg = "say month alone, since and until together, or none of them for the last days"
            raise ValueError(msg)
        if self.since and self.until and self.since >= self.until:
            msg = f"since ({self.since}) is not before until ({self.until})"
            raise ValueError(msg)
        return self

    def bounds(self, newest: pd.Timestamp) -> tuple[pd.Timestamp, pd.Timestamp]:
        """The first moment, and the one after the last, in UTC; the last days end with the newest prediction."""
        if self.month:
            first = pd.Timestamp(self.month, tz="UTC")
            return first, first + pd.offsets.MonthBegin()
        if self.since and self.until:
            return pd.Timestamp(self.since, tz="UTC"), pd.Timestamp(self.until, tz="UTC")
        until = newest.floor("D") + pd.Timedelta(days=1)
        return until - pd.Timedelta(days=self.days), until


class Drift(BaseModel, extra="forbid", frozen=True):
    """When a feature has drifted: see `inputs.py`."""

    min_distance: PositiveFloat
    margin: float = Field(ge=1)
    max_share: float = Share


class Recent(BaseModel, extra="forbid", frozen=True):
    """Of how many days the last are judged by themselves, and when they are unlike those before: see `recent.py`."""

    days: list[PositiveInt]
    margin: float = Field(ge=1)


class Limits(BaseModel, extra="forbid", frozen=True):
    """What a signal may be at most."""

    contract: float = Share
    unseen: float = Share
    nulls: float = Share
    skew: float = Share
    invalid: float = Share
    not_numbers: float = Share
    missing_months: int = Field(ge=0)
    latency_p99_ms: PositiveFloat
    cost_per_thousand: PositiveFloat
    age_days: PositiveInt


class Monitoring(BaseModel, extra="forbid", frozen=True):
    """What is watched, and when it is worth a word.

    Attributes:
        window: Which predictions are looked at.
        ignore_callers: Whose online predictions do not count.
        min_rows: What stands on fewer rows is not judged.
        confidence: Of intervals; the rest, 0.05 say, is the level of each family of tests.
        resamples: Of each bootstrap.
        seasonality: `months` excuses what the training months show among themselves, `same_month` compares with the
            same calendar month where it was trained on, `none` does neither.
        drift: When a feature has drifted.
        shift: Jensen-Shannon (classes) or normed Wasserstein distance (numbers) that target and answers may move.
        performance: What each scorer, `calibration` (its error) or `coverage` may lose against the held-out rows.
        slice_tolerance: The same for the primary metric of a slice.
        recent: When the last days are unlike those before; None looks at the whole window alone.
        limits: What other signals may be.
        monitors: Monitors of the team's own, by the kind of their signals.
        retrain_on: Signals, or kinds of them (the name before the slash), whose alert asks for a new model.
    """

    window: Span
    ignore_callers: list[str] = []
    min_rows: PositiveInt
    confidence: float = Field(gt=0, lt=1)
    resamples: int = Field(ge=10)
    seasonality: Literal["none", "months", "same_month"]
    drift: Drift
    shift: PositiveFloat
    performance: dict[str, NonNegativeFloat]
    slice_tolerance: NonNegativeFloat
    recent: Recent | None = None
    limits: Limits
    monitors: dict[str, TeamMonitor] = {}
    retrain_on: list[str]

    @field_validator("performance")
    @classmethod
    def _scorers_exist(cls, performance: dict[str, float]) -> dict[str, float]:
        for name in performance.keys() - OWN_METRICS.keys():
            check_scorer(name)
        return performance

    @field_validator("monitors")
    @classmethod
    def _have_names_of_their_own(cls, monitors: dict[str, Monitor]) -> dict[str, Monitor]:
        if taken := monitors.keys() & {*KINDS, *Limits.model_fields}:
            msg = f"{', '.join(sorted(taken))}: the plugin watches this already; give yours another name"
            raise ValueError(msg)
        return monitors
