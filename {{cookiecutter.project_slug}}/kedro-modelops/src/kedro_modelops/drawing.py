"""Pictures that stand inside a page, as SVG."""

import io

from matplotlib.axes import Axes
from matplotlib.figure import Figure


def canvas(height: float) -> tuple[Figure, Axes]:
    """An empty picture as wide as a page's column, `height` inches high."""
    figure = Figure(figsize=(5.2, height), layout="constrained")
    return figure, figure.add_subplot()


def svg(figure: Figure) -> str:
    """The picture as an element of a page; the same picture gives the same text."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue().partition("<svg")[1] + text.getvalue().partition("<svg")[2]
