"""Pictures show words as they are, in any script."""

import re

import pandas as pd
import pytest
from kedro_modelops.drawing import canvas, svg
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
