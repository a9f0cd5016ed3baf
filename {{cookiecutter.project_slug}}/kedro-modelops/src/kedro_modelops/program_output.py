"""What commands answer to programs: JSON on standard output, and nothing else there."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

T = TypeVar("T")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Answer programs.")


@contextmanager
def only_answers(as_json: bool) -> Iterator[None]:
    """Keeps the log, which Kedro writes to standard output, out of an answer in JSON."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL if as_json else before)
    try:
        yield
    finally:
        logging.disable(before)


def answer(value: Any) -> None:
    """Prints a value as JSON; what JSON does not know is told as text."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def tell(open_source: Callable[[], T], as_json: bool, describe: Callable[[T], Any], show: Callable[[T], None]) -> None:
    """Answers programs, or people.

    Args:
        open_source: Opens what is asked, which may write to the log.
        as_json: Whether a program asks.
        describe: What a program is answered.
        show: Tells people.
    """
    with only_answers(as_json):
        opened = open_source()
        if as_json:
            answer(describe(opened))
        else:
            show(opened)
