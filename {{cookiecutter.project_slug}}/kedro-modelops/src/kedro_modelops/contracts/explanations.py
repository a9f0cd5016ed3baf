"""Errors that a person can mend, told in words: which file, column, rule or setting, and what to do."""

import errno
import re
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import click
from kedro.io import DataCatalog, DatasetError
from kedro.utils import find_kedro_project
from kedro.validation import DataValidationError, ParameterValidationError

from kedro_modelops.errors import RefusedError, relative
from kedro_modelops.sessions.tracebacks import own_lines
from kedro_modelops.snapshots.databases import name_database, unanswered

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
MARKERS = ("<<<<<<< ", "=======", ">>>>>>> ")


def explain(error: BaseException) -> str | None:
    """What to tell a person about an error; None if it is none that he or she can mend."""
    for cause in causes(error):
        if isinstance(cause, RefusedError):
            return cause.message
        if isinstance(cause, DataValidationError):
            from kedro_modelops.contracts.refusal import broken_contract  # noqa: PLC0415  (imports pandas and pandera, which takes a second)

            return broken_contract(cause)
        if isinstance(cause, ParameterValidationError):
            return _wrong_parameter(cause)
        if isinstance(cause, OSError) and cause.errno in FULL:
            return f"{cause.strerror}: what was half written has been removed. Make room and run again."
        if unknown := _unknown(cause):
            return unknown
    return _unreadable(error) if isinstance(error, DatasetError) and not own_lines(error) else None


class Explained(click.Command):
    """A command that tells people what they can mend and, of an error in their code, the lines that led to it."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command, from whichever of the project's folders, in its root: paths of the catalog begin there."""
        try:
            with chdir(find_kedro_project(Path.cwd()) or Path.cwd()):
                return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as error:
            if told := explain(error) or own_lines(error):
                raise RefusedError(told) from error
            raise


class ExplainedGroup(click.Group):
    """Commands of this kind."""

    command_class = Explained


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what led to it, the last first."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _unknown(error: BaseException) -> str | None:
    kind = type(error)
    if kind.__module__.partition(".")[0] in {"yaml", "ruamel"} or kind.__module__ == "dvc.utils.strictyaml":
        return unreadable_settings(error)
    if named := re.search(r"Unable to find credentials '(.+?)'", str(error)):
        return f"the catalog names the credentials {named[1]}, which conf has not: see docs/databases.md"
    if "database is locked" in str(error):
        return "mlflow.db or predictions.db is locked by another process for too long: end it, and run again"
    if type(error) is ValueError and (names := re.search(r"Pipeline input\(s\) {(.+)} not found", str(error))):
        return f"conf/base/catalog.yml has no {names[1]}, which this pipeline needs"
    return None


def unreadable_settings(error: BaseException) -> str:
    """Names the file that is no YAML, and the conflict of a merge that stands in it."""
    named = re.search(r"JSON file (.+), unable|in \"(.+)\", line", str(error))
    path = getattr(error, "relpath", None) or (named and (named[1] or named[2]))
    file = Path(path) if path else None
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines() if file and file.is_file() else []
    if marked := [number for number, line in enumerate(lines, 1) if line.startswith(MARKERS)]:
        return (
            f"{relative(str(file))} has conflict markers of a merge, the first in line {marked[0]}: keep what is "
            "right and delete the markers. Of dvc.lock either side will do: `dvc repro` then writes it anew."
        )
    return f"{relative(str(file)) if file else 'a file of settings'} is no YAML: {str(error).strip()}"


def _wrong_parameter(error: ParameterValidationError) -> str:
    told = re.sub(r" \[type=[^,]*, input_value=(.*), input_type=\w+\]", r"; found \1", str(error))
    told = re.sub(r"\n +For further information.*", "", told)
    return f"{told}\nThe settings stand in conf/base/parameters_*.yml; conf/<environment> and --params override them."


def _unreadable(error: DatasetError) -> str:
    *_, root = causes(error)
    if empty := re.search(r"No partitions found in '([^']+)'", str(root)):
        return f"there is no file in {relative(empty[1])}"
    if told := unanswered(error, root):
        return told
    file = re.search(r"path=\D*?'([^']+)'", str(error))
    name = relative(file[1]) if file else str(error).splitlines()[0]
    if "while saving data" in str(error):
        return f"{name} cannot be written: {root}\nIs what the node returns of the kind that the catalog says?"
    return (
        f"{name} cannot be read or written: {root}\n"
        "Is it there, whole, and of the kind that the catalog says? `dvc checkout` brings back what DVC knows."
    )


def locate(error: BaseException, catalog: DataCatalog) -> None:
    """Puts a dataset's file in the place of its name, so that people need not look it up."""
    for cause in causes(error):
        if isinstance(cause, DatasetError):
            name_database(cause, catalog)
        if isinstance(cause, DataValidationError) and (name := cause.dataset_name) and name in catalog:
            from kedro_modelops.contracts.refusal import name_source  # noqa: PLC0415  (as above)

            name_source(cause, catalog[name])
