"""Pictures that stand inside a page, as SVG."""

import io
import warnings

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

MOST_BARS = 30
"""Bars with a name each that a picture has: more are no picture, but a table."""


def told_of_bars(count: int) -> str:
    """What stands above the largest bars where others are left out; empty where there are none."""
    return f"the {MOST_BARS} largest of {count}" if count > MOST_BARS else ""


def canvas(height: float) -> tuple[Figure, Axes]:
    """An empty picture as wide as a page's column, `height` inches high."""
    figure = Figure(figsize=(5.2, height), layout="constrained")
    return figure, figure.add_subplot()


def svg(figure: Figure) -> str:
    """The picture as an element of a page; the same picture gives the same text.

    Words stay words, which the reader's fonts show: matplotlib's own has no letters of China or Thailand. None is
    taken for a formula, as a column may be called `cost ($) of $`.
    """
    for word in figure.findobj(Text):
        word.set_parse_math(parse_math=False)
    text = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none"}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from font", UserWarning)
        figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue().partition("<svg")[1] + text.getvalue().partition("<svg")[2]
