"""Pictures show words as they are, in any script."""

import pytest
from kedro_modelops.drawing import canvas, svg


@pytest.mark.parametrize("word", ["Größe (m²)", "价格", "ราคา", "cost ($) of $ {a", "a_b^{c", r"\frac"])
def test_a_word_stands_in_the_picture_as_it_is(word: str) -> None:
    figure, axes = canvas(1.5)
    axes.barh([word], [1.0])
    axes.set_title(word)
    assert svg(figure).count(f">{word}</text>") == 2
