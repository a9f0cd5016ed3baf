"""Where an error in a project's code, or in the plugin's, happened: the last lines there, for those who mend it."""

import traceback
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from kedro_modelops.errors import RefusedError
from kedro_modelops.project_settings import team_package

SHOWN = 3
PLUGIN = Path(__file__).parents[1]
PASSING = {
    "cli/project.py",
    "contracts/partitions.py",
    "sessions/exclusive_run.py",
    "contracts/explanations.py",
    "distribution/cluster.py",
    "distribution/dask_client.py",
    "distribution/parallel.py",
    "distribution/partitions.py",
    "distribution/spark_client.py",
    "tracking/hooks.py",
    "sessions/outputs.py",
    "predictions/partitions.py",
    "sessions/session.py",
}
"""Modules through which every error passes, whoever made it."""
PLUGIN_AT_FAULT = (
    "It failed in the plugin kedro-modelops, not in this project's own code: report it, with these lines, to those who "
    "maintain the plugin."
)


class _Line(NamedTuple):
    """A line of code that led to an error, and whether it is the project's own, and not the plugin's."""

    text: str
    own: bool


def own_lines(error: BaseException) -> str | None:
    """The error and the last lines that led to it; None if neither the project nor the plugin had a part in it.

    The project's own lines come first: the last of them is shown, however many of the plugin's follow. Where there is
    none, the plugin is said to be at fault. What Kedro wraps around an error, when a dataset is saved or a pipeline
    imported, is looked through: a node behind lazily loaded partitions fails while its output is saved.
    """
    traced = [(cause, lines) for cause in _causes(error) if (lines := list(_lines(cause)))]
    own = [(cause, lines) for cause, lines in traced if any(line.own for line in lines)]
    if not traced:
        return None
    on_purpose = (found for found in own or traced if _raised_here(found[0]))
    cause, lines = next(on_purpose, (own or traced)[-1])
    message = "".join(traceback.format_exception_only(cause)).strip()
    return "\n".join([message, *_shown(lines), *([] if own else [PLUGIN_AT_FAULT])])


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what led to it, without those that Kedro raised."""
    while error is not None:
        if not type(error).__module__.startswith("kedro."):
            yield error
        error = error.__cause__ or error.__context__


def _shown(lines: list[_Line]) -> list[str]:
    """The last lines, and in place of the first of them the project's last one where it would not be among them."""
    last = lines[-SHOWN:]
    if not any(line.own for line in last) and (own := [line for line in lines if line.own]):
        last[0] = own[-1]
    return [line.text for line in last]


def _raised_here(error: BaseException) -> bool:
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    return _belongs(Path(frame.f_code.co_filename))


def _lines(error: BaseException) -> Iterator[_Line]:
    for frame, number in traceback.walk_tb(error.__traceback__):
        path = Path(frame.f_code.co_filename)
        if _belongs(path) and not _of_dataset(frame):
            where = traceback.FrameSummary(str(path), number, frame.f_code.co_name)
            yield _Line(f"  {_relative(path)}:{number}, in {where.name}\n    {where.line}", not _of_plugin(path))
    if isinstance(error, SyntaxError) and error.filename and _belongs(path := Path(error.filename)):
        yield _Line(f"  {_relative(path)}:{error.lineno}\n    {(error.text or '').strip()}", not _of_plugin(path))


def _of_plugin(path: Path) -> bool:
    return path.is_relative_to(PLUGIN)


def _belongs(path: Path) -> bool:
    """Whether a file is the project's or the plugin's, and no error merely passes through it."""
    if _of_plugin(path):
        return path.relative_to(PLUGIN).as_posix() not in PASSING
    return path.is_relative_to(_team_folder()) or (
        path.is_relative_to(Path.cwd()) and not {"site-packages", ".venv"} & set(path.parts)
    )


@cache
def _team_folder() -> Path:
    """Where the team's package is imported from; a folder that is not there, where none is named."""
    with suppress(RefusedError, ImportError, ValueError):
        if (spec := find_spec(team_package())) and spec.origin:
            return Path(spec.origin).parent
    return Path("no package")


def _of_dataset(frame: FrameType) -> bool:
    """Whether a dataset's own method runs: what fails there is the file, not the code."""
    return any(kind.__name__ == "AbstractDataset" for kind in type(frame.f_locals.get("self")).__mro__)


def _relative(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
