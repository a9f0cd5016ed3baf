"""The border between a project and this plugin: what the plugin has to know of the team's problem, as one object."""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, cast

import pandas as pd
import pandera.pandas as pa

from kedro_modelops.errors import RefusedError
from kedro_modelops.metrics import Metric, find_metric
from kedro_modelops.project_settings import load_named, problem_path

Contract = type[pa.DataFrameModel]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What a team says of its problem.

    Attributes:
        request: Contract of a row that is to be scored, online or in a batch: what is known before the prediction.
            Columns that `complete` can add are not required.
        features: Contract of what a model sees.
        model_input: `features`, with the columns that `params:problem` gives a role: target, key, time and others.
        predictions: Contract of scored rows.
        example: A row of `request` as a caller sends it, in JSON; times have an offset from UTC.
        compute_features: From rows of `request`, completed, to the columns of `features`: one row for each, in the same
            order, with the same index. Each row is computed from itself alone, from nothing that is known later.
        identify: From rows to a key for each of them, as text, with the same index. It follows from the row alone: the
            same row has the same key in another table and in another order.
        label: From recorded rows to what became of each, with the same index; null where that is not known.
        complete: From rows of `request` and the catalog's `reference` to the same rows with all columns. None where
            rows come whole. A reference of past outcomes says in `known_at` when each was known: a row is completed
            with none that was known later than the row's time.
    """

    request: Contract
    features: Contract
    model_input: Contract
    predictions: Contract
    example: Mapping[str, Any]
    compute_features: Callable[[pd.DataFrame], pd.DataFrame]
    identify: Callable[[pd.DataFrame], pd.Series]
    label: Callable[[pd.DataFrame], pd.Series]
    complete: Callable[[pd.DataFrame, pd.DataFrame], pd.DataFrame] | None = None

    def __post_init__(self) -> None:
        """Refuses what has the wrong shape.

        Raises:
            RefusedError: It names the field, what it is, and what it has to be.
        """
        for field in fields(self):
            if wrong := _wrong_shape(field.name, getattr(self, field.name)):
                msg = f"Problem.{field.name} is {getattr(self, field.name)!r}, but has to be {wrong}"
                raise RefusedError(msg)

    def complete_rows(self, rows: pd.DataFrame, reference: pd.DataFrame | None) -> pd.DataFrame:
        """Completes rows with the reference; as they are, where rows come whole or there is no reference."""
        return rows if reference is None or self.complete is None else self.complete(rows, reference)

    def contracts(self) -> Iterator[Contract]:
        """All contracts of the modules in which those of this problem stand, raw tables included."""
        modules = {getattr(self, name).__module__ for name in CONTRACTS}
        for value in (value for module in sorted(modules) for value in vars(sys.modules[module]).values()):
            if isinstance(value, type) and issubclass(value, pa.DataFrameModel):
                yield value

    def unit_of(self, column: str) -> str:
        """The unit of a column, as a contract's `metadata={"unit": …}` has it; empty where none does."""
        tables = (contract.to_schema().columns for contract in (self.model_input, *self.contracts()))
        known = (table[column].metadata or {} for table in tables if column in table)
        return next((str(metadata["unit"]) for metadata in known if metadata.get("unit")), "")

    def metric(self, scorer: str, target: str) -> Metric:
        """The metric of a scorer of this target, for people."""
        return find_metric(scorer, self.unit_of(target))


CONTRACTS = ("request", "features", "model_input", "predictions")
FUNCTIONS = ("compute_features", "identify", "label")


def _wrong_shape(name: str, value: Any) -> str | None:
    if name in CONTRACTS and not (isinstance(value, type) and issubclass(value, pa.DataFrameModel)):
        return "a contract: a class that derives from kedro_modelops.contracts.Table"
    if name == "example" and not (isinstance(value, Mapping) and value):
        return "a row as a caller sends it, such as {'distance': 719}"
    if name in FUNCTIONS and not callable(value):
        return "a function of a data frame"
    if name == "complete" and value is not None and not callable(value):
        return "a function of rows and reference, or None"
    return None


@cache
def load_problem() -> Problem:
    """Imports the problem that the project's `pyproject.toml` names.

    Raises:
        RefusedError: If the setting is missing, names nothing, or names something else than a `Problem`.
    """
    problem_path()  # refuses what is missing
    return cast("Problem", load_named("problem", Problem))
