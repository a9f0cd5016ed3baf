"""Thresholds are of the whole table, and of each candidate that a search might choose."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from kedro_modelops.adoption.judging.judge import MOST_ROWS, judge, quality
from kedro_modelops.adoption.judging.measures import Measures, measure_models, repeated_share
from kedro_modelops.adoption.judging.model_input import compute, divide
from kedro_modelops.adoption.judging.thresholds import SAMPLE, WHOLE, Margins, gates_of
from kedro_modelops.adoption.judging.training_settings import merged, quick_settings, training_of
from kedro_modelops.adoption.summary import GUESS, LEAK, doubt
from tables import taken

ROWS = 1200


def measured(signal: str) -> Measures:
    """What the candidates reach where the target follows one of two columns, faintly or along a curve."""
    draw = np.random.default_rng(3)
    x, z = draw.normal(size=(2, ROWS)).round(3)
    faint, curve = 0.2 * x + 0.25 * (x > 0.8) + draw.normal(size=ROWS), x**2 + 0.1 * draw.normal(size=ROWS)
    y = {"faint": faint, "curve": curve}[signal].round(3)
    found = taken(pd.DataFrame({"x": x, "z": z, "y": y}), target="y")
    table = compute(found, found.table)
    training = training_of(found, divide(found, table)[0])
    return measure_models(found, table, merged(training, quick_settings(training)), [], 20)


@pytest.fixture(scope="module")
def faint() -> Measures:
    """Where candidates are as good as each other, and one is the best by chance."""
    return measured("faint")


def test_a_floor_is_below_all_that_might_be_chosen(faint: Measures) -> None:
    assert faint.dummy < faint.lowest < faint.score
    assert gates_of(faint, WHOLE)["floor"]["minimum"] < faint.lowest
    assert gates_of(faint, SAMPLE)["floor"]["minimum"] < faint.score


def test_what_is_in_doubt_is_said(faint: Measures) -> None:
    assert doubt(replace(faint, over_dummy=0.01)) == GUESS
    leaking = replace(faint, over_dummy=0.9, leak=faint.ceiling)
    assert quality(leaking) < 1
    assert doubt(leaking) == LEAK


def test_a_candidate_that_is_sure_to_lose_lowers_no_floor() -> None:
    curved = measured("curve")
    assert curved.lowest > 0.9
    assert gates_of(curved, WHOLE)["floor"]["minimum"] > 0.7


@pytest.mark.parametrize("margins", [WHOLE, SAMPLE])
def test_a_model_that_knows_its_training_rows_by_heart_is_refused_where_all_models_overfit(
    faint: Measures, margins: Margins
) -> None:
    """Few rows of many columns: the margin alone would allow what nothing can reach."""
    few = replace(faint, score=0.6, over_dummy=0.15, gap=0.4, ceiling=1.0)
    assert few.gap < gates_of(few, margins)["overfit"]["max_gap"] < 1.0 - few.dummy
    more = replace(few, gap=0.05)
    assert gates_of(more, margins)["overfit"]["max_gap"] == pytest.approx(more.gap + margins.least, abs=0.01)


def test_rows_that_look_alike_are_counted_in_the_whole_table() -> None:
    """The more rows there are, the more of them repeat another one: a sample of a large table shows fewer."""
    draw = np.random.default_rng(3)
    rows = 3 * MOST_ROWS
    table = pd.DataFrame({"age": draw.integers(18, 90, rows), "calls": draw.integers(0, 900, rows)})
    times = pd.date_range("2024-01-01", periods=rows, freq="min", tz="UTC")
    found = taken(table.assign(y=draw.integers(0, 2, rows), called_at=times), target="y")
    whole = compute(found, found.table)
    few = whole.sample(MOST_ROWS, random_state=0).sort_index(ignore_index=True)
    assert repeated_share(found, whole) > 1.5 * repeated_share(found, few)
    assert judge(found).whole.repeated == repeated_share(found, whole)


def test_probabilities_of_all_that_might_be_chosen_are_as_far_from_frequencies_as_is_allowed() -> None:
    """Of a forest they are farther away than of a line, and it ranks as well."""
    draw = np.random.default_rng(3)
    x, z = draw.normal(size=(2, ROWS)).round(3)
    found = taken(pd.DataFrame({"x": x, "z": z, "y": (x > 0).astype(int)}), target="y", keep=("x",))
    table = compute(found, found.table)
    training = training_of(found, divide(found, table)[0])
    reached = measure_models(found, table, merged(training, quick_settings(training)), [], 20)
    assert reached.miscalibrated > reached.calibration
    assert gates_of(reached, WHOLE)["calibration"]["max_error"] > reached.miscalibrated
    assert gates_of(reached, SAMPLE)["calibration"]["max_error"] > reached.calibration
