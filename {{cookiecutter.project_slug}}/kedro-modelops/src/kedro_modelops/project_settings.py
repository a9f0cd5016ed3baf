"""What the project's `pyproject.toml` says of it to the plugin, in `[tool.kedro_modelops]`."""

import os
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from kedro_modelops.errors import RefusedError

T = TypeVar("T")
TABLE = "[tool.kedro_modelops]"
PROJECT_VARIABLE = "KEDRO_MODELOPS_PROJECT"
"""Folder of the project's `pyproject.toml`, where it is not the working folder or one above it."""


def problem_path() -> str:
    """Dotted path of the problem, from the nearest `pyproject.toml`; RefusedError if none says it."""
    file, path = _read("problem")
    if isinstance(path, str) and "." in path:
        return path
    msg = f"{file} does not say {TABLE} problem = '<package>.problem.PROBLEM': the plugin looks there for it"
    raise RefusedError(msg)


def team_package() -> str:
    """Name of the team's package: the first part of the problem's path."""
    return problem_path().partition(".")[0]


def load_named(setting: str, kind: type[T]) -> T | None:
    """Imports what a setting names by a dotted path; None where the setting is not there.

    Args:
        setting: Its name in the table.
        kind: What has to be found there.

    Raises:
        RefusedError: If it names nothing, something outside the team's package, or something else than a `kind`.
    """
    path = _read(setting)[1]
    if path is None:
        return None
    told, package = f"{TABLE} {setting} is {path!r}", team_package()
    module, _, name = str(path).rpartition(".")
    if not f"{module}.".startswith(f"{package}."):
        msg = f"{told}, which is not in {package}: the plugin imports what is the team's from there alone"
        raise RefusedError(msg)
    try:
        imported = import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise  # the module is there, and imports another that is not
        msg = f"{told}, but there is no module {error.name}"
        raise RefusedError(msg) from error
    if not hasattr(imported, name):
        msg = f"{told}, but there is no {name} in {module}"
        raise RefusedError(msg)
    found = getattr(imported, name)
    if not isinstance(found, kind):
        msg = f"{told}, which is a {type(found).__name__}: it has to be a {kind.__module__}.{kind.__name__}"
        raise RefusedError(msg)
    return found


def settings() -> dict[str, Any]:
    """All that the table says; RefusedError if there is no `pyproject.toml`."""
    return _read_table()[1]


def _read(setting: str) -> tuple[Path, Any]:
    """The nearest `pyproject.toml`, and what it says there."""
    file, stated = _read_table()
    return file, stated.get(setting)


def _read_table() -> tuple[Path, dict[str, Any]]:
    start = Path(os.environ.get(PROJECT_VARIABLE) or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        file = folder / "pyproject.toml"
        if file.is_file():
            return file, tomllib.loads(file.read_text("utf-8")).get("tool", {}).get("kedro_modelops", {})
    msg = f"there is no pyproject.toml in {start} or above it: run this inside the project, or set {PROJECT_VARIABLE}"
    raise RefusedError(msg)
