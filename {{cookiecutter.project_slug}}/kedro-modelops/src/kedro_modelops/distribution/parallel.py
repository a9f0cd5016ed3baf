"""Calls that can be made beside each other, by joblib: one after the other here, or on a session's workers."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import Any, NamedTuple

import pandas as pd
from joblib import Parallel, delayed

Workers = Callable[[], AbstractContextManager[None]]
"""Makes a context in which joblib's calls run on workers."""
_chosen: list[Workers] = []


@contextmanager
def use(workers: Workers) -> Iterator[None]:
    """Chooses the workers for what runs in the body, in all of its threads."""
    _chosen.append(workers)
    try:
        yield
    finally:
        _chosen.pop()


def on_workers() -> AbstractContextManager[None]:
    """A context for code that calls joblib itself, such as a search: its calls run on the workers, where there are."""
    return _chosen[-1]() if _chosen else nullcontext()


def starmap(function: Callable[..., Any], calls: Iterable[tuple[Any, ...]], description: str) -> list[Any]:
    """Calls a function with each tuple of arguments, under one progress bar.

    Without workers the calls are made one after the other in this process, so that one part of the data is in memory
    at a time.

    Args:
        function: Of a module, as workers import it.
        calls: The arguments of each call.
        description: Of the bar.

    Returns:
        What the function returned, in the order of the calls.
    """
    from rich import get_console  # noqa: PLC0415  (the service does not need it)
    from rich.progress import Progress  # noqa: PLC0415  (as above)

    calls = list(calls)
    with Progress(transient=True, disable=not get_console().is_terminal) as progress, on_workers():
        bar = progress.add_task(description, total=len(calls))
        parallel = _Parallel(lambda done: progress.update(bar, completed=done))
        found: list[Any] = parallel(delayed(_call)(function, *_apart(arguments)) for arguments in calls)
        return found


class _Parallel(Parallel):  # type: ignore[misc]  # joblib ships no types
    """joblib's calls, which tell how many of them are done."""

    def __init__(self, tell: Callable[[int], None]) -> None:
        super().__init__()
        self._tell = tell

    def print_progress(self) -> None:
        """Tells it."""
        self._tell(self.n_completed_tasks)


class _Table(NamedTuple):
    """Stands for a table that is an argument of its own."""

    number: int


def _apart(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """Arguments, in which tables are replaced, and those tables: a worker gets each once, whatever it is bound to."""
    tables: list[pd.DataFrame] = []

    def take(value: Any) -> Any:
        if isinstance(value, pd.DataFrame):
            tables.append(value)
            return _Table(len(tables) - 1)
        return _map_bound(take, value)

    return tuple(map(take, arguments)), *tables


def _call(function: Callable[..., Any], arguments: tuple[Any, ...], *tables: pd.DataFrame) -> Any:
    def put(value: Any) -> Any:
        return tables[value.number] if isinstance(value, _Table) else _map_bound(put, value)

    return function(*map(put, arguments))


def _map_bound(change: Callable[[Any], Any], value: Any) -> Any:
    """A partial function with its arguments changed; what is none, as it is."""
    if not isinstance(value, partial):
        return value
    named = {name: change(bound) for name, bound in value.keywords.items()}
    return partial(change(value.func), *map(change, value.args), **named)
