"""Errors that a person can mend, told in words: which file, column, rule or setting, and what to do."""

import errno
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from kedro.io import DataCatalog, DatasetError
from kedro.validation import DataValidationError, ParameterValidationError

from .errors import RefusedError

if TYPE_CHECKING:
    import pandas as pd

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
STRUCTURE = {"column_in_dataframe": "is missing", "column_in_schema": "is not in the contract"}


def explain(error: BaseException) -> str | None:
    """What to tell a person about an error; None if it is none that he or she can mend."""
    for cause in causes(error):
        if isinstance(cause, RefusedError):
            return cause.message
        if isinstance(cause, DataValidationError):
            return broken_contract(cause)
        if isinstance(cause, ParameterValidationError):
            return _wrong_parameter(cause)
        if isinstance(cause, OSError) and cause.errno in FULL:
            return f"{cause.strerror}: what was half written has been removed. Make room and run again."
        if unknown := _unknown(cause):
            return unknown
    return _unreadable(error) if isinstance(error, DatasetError) else None


class Explained(click.Command):
    """A command that tells people what they can mend, instead of showing a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            if told := explain(error):
                raise RefusedError(told) from error
            raise


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what led to it, the last first."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _unknown(error: BaseException) -> str | None:
    if type(error) is ImportError and (name := re.search(r"\.pipelines\.(\w+)' module", str(error))):
        return f"there is no pipeline '{name[1]}'; `kedro registry list` lists them"
    if type(error) is ValueError and (names := re.search(r"Pipeline input\(s\) {(.+)} not found", str(error))):
        return f"conf/base/catalog.yml has no {names[1]}, which this pipeline needs"
    return None


def _wrong_parameter(error: ParameterValidationError) -> str:
    told = re.sub(r" \[type=[^,]*, input_value=(.*), input_type=\w+\]", r"; found \1", str(error))
    told = re.sub(r"\n +For further information.*", "", told)
    return f"{told}\nThe settings stand in conf/base/parameters_*.yml; conf/<environment> and --params override them."


def _unreadable(error: DatasetError) -> str:
    *_, root = causes(error)
    if empty := re.search(r"No partitions found in '([^']+)'", str(root)):
        return f"there is no file in {_relative(empty[1])}"
    file = re.search(r"path=\D*?'([^']+)'", str(error))
    name = _relative(file[1]) if file else str(error).splitlines()[0]
    return (
        f"{name} cannot be read or written: {root}\n"
        "Is it there, whole, and of the kind that the catalog says? `dvc checkout` brings back what DVC knows."
    )


def _relative(path: str) -> str:
    return path.removeprefix(f"{Path.cwd().as_posix()}/")


def broken_contract(error: DataValidationError) -> str:
    """A line for each rule that is broken: column, rule, number of rows, an example."""
    reported = getattr(error.__cause__, "failure_cases", None)
    rules = [failure.message for failure in error.failures] if reported is None else list(_rules(reported))
    contract = (error.validator or "").rpartition(".")[2]
    first = f"{_relative(str(error.dataset_name))} breaks its contract {contract}:"
    return "\n".join(
        [first, *(f"  - {rule}" for rule in rules), "Correct the data or, if a rule is wrong, schemas.py."]
    )


def _rules(reported: "pd.DataFrame") -> Iterator[str]:
    """Describes pandera's failure cases: one row a value or, where a rule compares columns, one for each of a row's."""
    cases = reported.astype({"column": object, "check": object}).fillna({"column": "", "check": ""})
    crashed = cases["failure_case"].astype(str).str.match(r"(KeyError|TypeError)\(")
    for (context, check), found in cases[~crashed].groupby(["schema_context", "check"], sort=False):
        if check in STRUCTURE:
            yield from (f"column '{name}' {STRUCTURE[check]}" for name in found["failure_case"])
        elif check == "multiple_fields_uniqueness":
            yield f"{', '.join(found['column'].unique())} together are not unique, {_where(found)}"
        elif context != "Column":
            yield f"rule '{check}' is broken {_where(found)}"
        else:
            for column, values in found.groupby("column", sort=False):
                example = values["failure_case"].tolist()[0]
                yield f"column '{column}': rule '{check}' is broken {_where(values)}, for example {example!r}"


def _where(found: "pd.DataFrame") -> str:
    rows = found["index"].dropna().unique()
    return f"by {len(rows)} row{'s'[: len(rows) != 1]}, the first is {min(rows)}" if len(rows) else "by the whole table"


def locate(error: BaseException, catalog: DataCatalog) -> None:
    """Puts a dataset's file in the place of its name, so that people need not look it up."""
    for cause in causes(error):
        if isinstance(cause, DataValidationError) and (name := cause.dataset_name) and name in catalog:
            cause.dataset_name = str(getattr(catalog[name], "_filepath", name))
