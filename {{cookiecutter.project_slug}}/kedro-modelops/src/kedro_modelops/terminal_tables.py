"""Tables for people: nothing is cut, however narrow the terminal is, and what is piped stands in whole lines."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

FEW = 3
"""Columns of which a narrow terminal wraps the cells."""
WIDEST = 10_000


def print_table(title: str, columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> bool:
    """Prints a table; in a terminal that is too narrow for it, each row below the other.

    Args:
        title: Stands above it.
        columns: Their headings.
        rows: A cell for each; numbers get four decimals.

    Returns:
        Whether there was a row; without one, nothing is printed.
    """
    headings = list(columns)
    texts = [[f"{value:.4f}" if isinstance(value, float) else str(value) for value in row] for row in rows]
    if not texts:
        return False
    table = Table(*headings, title=title, title_justify="left")
    for row in texts:
        table.add_row(*row)
    console = Console()
    needed = Measurement.get(console, console.options.update(width=WIDEST, max_width=WIDEST), table).maximum
    if not console.is_terminal:
        Console(width=max(needed, console.width)).print(table)
    elif needed > console.width and len(headings) > FEW:
        console.print(title, style="italic")
        for row in texts:
            console.print(_record(headings, row))
    else:
        console.print(table)
    return True


def _record(headings: list[str], row: list[str]) -> Table:
    """A row as lines of heading and cell, without empty ones, and a blank line after it."""
    lines = Table.grid(padding=(0, 2))
    lines.add_column(style="bold", no_wrap=True)
    lines.add_column(overflow="fold")
    for heading, cell in zip(headings, row, strict=True):
        if cell:
            lines.add_row(heading, cell)
    lines.add_row()
    return lines
