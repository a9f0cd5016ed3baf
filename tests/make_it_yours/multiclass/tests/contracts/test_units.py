"""Proline is in milligrams a litre."""

from kedro_modelops.testing.contracts import refusal
from rows import wines

from wine_cultivars.schemas import RawWines


def test_grams_are_refused() -> None:
    sentence = refusal(RawWines, wines().assign(proline=wines()["proline"] / 1000))
    assert "column 'proline'" in sentence
    assert "100" in sentence
