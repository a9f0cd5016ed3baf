"""What people are told of a table that breaks its contract."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from kedro.validation import DataValidationError
from pandera.errors import SchemaErrors

from kedro_modelops.contracts.faults import find_faults, is_crash, is_fault
from kedro_modelops.contracts.lines import place
from kedro_modelops.contracts.normalization import find_losses
from kedro_modelops.errors import relative

NULL, TWICE = "not_nullable", "dataframe_column_labels_unique"
SOURCE = "source"
"""Attribute of an error: the Kedro dataset that loaded the table."""
STRUCTURE = {"column_in_dataframe": "is missing", "column_in_schema": "is not in the contract"}


def name_source(error: DataValidationError, dataset: Any) -> None:
    """Tells an error which dataset loaded the table, and puts the path of its file in the place of a name."""
    setattr(error, SOURCE, dataset)
    error.dataset_name = str(getattr(dataset, "_filepath", None) or error.dataset_name)


def broken_contract(error: DataValidationError) -> str:
    """A line for each rule that is broken: column, rule, number of rows, where the first one stands, an example."""
    report, contract = error.__cause__, (error.validator or "").rpartition(".")[2]
    faults, name = list(find_faults(report)), relative(str(error.dataset_name))
    if is_fault(error):
        head, rules = f"{name} cannot be judged by its contract {contract}:", [str(fault) for fault in faults]
        tail = "That says nothing of the data. Correct the check."
    else:
        head = f"{name} breaks its contract {contract}:"
        rules = [failure.message for failure in error.failures]
        if isinstance(report, SchemaErrors):
            rules = [*_rules(report, getattr(error, SOURCE, None)), *(f"besides, {fault}" for fault in faults)]
        tail = "Correct the data or, if a rule is wrong, schemas.py."
    return "\n".join([head, *(f"  - {rule}" for rule in rules), tail])


def _rules(report: SchemaErrors, source: Any) -> Iterator[str]:
    """Describes pandera's failure cases: one row a value or, where a rule compares columns, one for each of a row's."""
    losses = dict(find_losses(report.data, report.schema))
    for column, loss in losses.items():
        declared = report.schema.columns.get(column)
        expected = f"{declared.dtype} is expected, " if declared else ""
        yield f"column '{column}': {expected}{place(loss.row, source)}: {loss}"
    crashed = [str(found.failure_cases) for found in report.schema_errors if is_crash(found)]
    cases = report.failure_cases.astype({"column": object, "check": object}).fillna({"column": "", "check": ""})
    cases = cases[~cases["failure_case"].astype(str).isin(crashed) & ~cases["column"].isin(losses)]
    for (context, check), found in cases.groupby(["schema_context", "check"], sort=False):
        if check in STRUCTURE:
            yield from (f"column '{name}' {STRUCTURE[check]}" for name in found["failure_case"])
        elif check == TWICE:
            names = report.data.columns
            yield f"several columns are called {', '.join(map(repr, names[names.duplicated()].unique()))}"
        elif check == "multiple_fields_uniqueness":
            yield f"{', '.join(found['column'].unique())} together are not unique, {_where(found, source)}"
        elif context == "Column":
            yield from _of_columns(check, found, source)
        elif not losses:  # of which it may be a consequence
            yield f"rule '{check}' is broken {_where(found, source)}"


def _of_columns(check: str, found: pd.DataFrame, source: Any) -> Iterator[str]:
    for column, values in found.groupby("column", sort=False):
        example = f"for example {values['failure_case'].tolist()[0]!r}"
        more = "fill it, or declare nullable=True" if check == NULL else example
        yield f"column '{column}': rule '{check}' is broken {_where(values, source)}, {more}"


def _where(found: pd.DataFrame, source: Any) -> str:
    rows = found["index"].dropna().unique()
    if not len(rows):
        return "by the whole table"
    first = min(rows)
    where = place(int(first), source) if pd.api.types.is_number(first) else first
    return f"by {len(rows)} row{'s'[: len(rows) != 1]}, the first is {where}"
