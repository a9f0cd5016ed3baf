"""Pictures show words as they are, in any script."""

import re

import pandas as pd
import pytest
from kedro_modelops.drawing import canvas, svg
from kedro_modelops.metrics import find_metric
from kedro_modelops.pipelines.evaluation.figures import draw_importances
from kedro_modelops.pipelines.monitoring.figures import draw_window
from kedro_modelops.pipelines.monitoring.window import Window
from sklearn.dummy import DummyRegressor


@pytest.mark.parametrize("word", ["Größe (m²)", "价格", "ราคา", "cost ($) of $ {a", "a_b^{c", r"\frac"])
def test_a_word_stands_in_the_picture_as_it_is(word: str) -> None:
    figure, axes = canvas(1.5)
    axes.barh([word], [1.0])
    axes.set_title(word)
    assert svg(figure).count(f">{word}</text>") == 2


def test_one_day_stands_in_the_span_that_is_looked_at() -> None:
    since, until = pd.Timestamp("2024-06-01", tz="UTC"), pd.Timestamp("2024-07-01", tz="UTC")
    when = [pd.Timestamp("2024-06-14 08:00", tz="UTC")] * 3
    rows = pd.DataFrame({"output": [1.0, 2.0, 3.0], "outcome": [1.0, 2.0, 4.0], "when": when})
    rows = rows.assign(probabilities=None, interval=None)
    window = Window(rows, pd.DataFrame(), pd.DataFrame(), since, until, ["2024-06"])
    picture = draw_window(window, DummyRegressor(), pd.DataFrame(), [])["Mean by day"]
    shown = re.findall(r">(\d{4}-\d\d(?:-\d\d)?)</text>", picture)
    assert shown
    assert all("2024-06" <= day <= "2024-07-01" for day in shown)


def _size(picture: str) -> float:
    """Its height, in points."""
    found = re.search(r'height="([\d.]+)pt"', picture)
    return float(found[1]) if found else 0.0


@pytest.mark.parametrize(("features", "named", "told"), [(30, 30, False), (300, 30, True)])
def test_a_picture_of_many_features_shows_the_most_important_and_says_so(features: int, named: int, told: bool) -> None:
    names = [f"feature-{number}" for number in range(features)]
    importances = pd.DataFrame({"feature": names, "importance": 1.0, "std": 0.1})
    picture = draw_importances(importances, find_metric("r2"))
    assert re.findall(r">(feature-\d+)</text>", picture) == names[:named][::-1]
    assert _size(picture) < 800
    assert (">the 30 largest of 300 features; importances.csv has all</text>" in picture) == told


def test_a_picture_of_drift_shows_the_features_that_moved_most() -> None:
    signals = [
        {"name": f"drift/feature-{number}", "value": float(number), "threshold": 1.0, "verdict": "ok"}
        for number in range(300)
    ]
    train = pd.DataFrame({f"feature-{number}": [1.0, 2.0] for number in range(300)})
    since, until = pd.Timestamp("2024-06-01", tz="UTC"), pd.Timestamp("2024-07-01", tz="UTC")
    rows = pd.DataFrame({"output": [], "outcome": [], "when": pd.DatetimeIndex([], tz="UTC")})
    picture = draw_window(Window(rows, train, train, since, until, []), None, train, signals)["Drift of each feature"]
    assert set(re.findall(r">(feature-\d+)</text>", picture)) == {f"feature-{number}" for number in range(270, 300)}
    assert ">the 30 largest of 300</text>" in picture
