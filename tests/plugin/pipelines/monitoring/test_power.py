"""False alarms are as rare as configured, and strong drift is found; docs/monitoring.md has the full table."""

from pathlib import Path
from typing import Any

import pytest
from power import FAMILIES, INJECTED, false_alarms, power
from scipy.stats import binom
from windows import Watched

WINDOWS, ROWS = 5, 1000


@pytest.fixture(scope="module")
def watched(trained: Path, parameters: dict[str, Any]) -> Watched:
    return Watched(trained, parameters, resamples=20)


def test_windows_without_drift_raise_no_more_alarms_than_configured(watched: Watched) -> None:
    found = false_alarms(watched, WINDOWS, ROWS)
    most = binom.ppf(0.999, WINDOWS, 1 - watched.settings.confidence)
    assert {kind: count for kind, count in found.items() if count > most} == {}


@pytest.mark.parametrize("kind", FAMILIES)
def test_strong_drift_is_found(kind: str, watched: Watched) -> None:
    _, strengths = INJECTED[kind]
    assert power(watched, kind, strengths[-1], 2, 5 * ROWS) == 1
