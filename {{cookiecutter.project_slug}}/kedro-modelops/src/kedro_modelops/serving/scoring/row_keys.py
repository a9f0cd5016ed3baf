"""Keys of rows that are scored: whether they follow from the row alone, and whether the store can keep them."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from pydantic_core import to_json

from kedro_modelops.contracts.row_keys import check_keys
from kedro_modelops.predictions.tables import LONGEST
from kedro_modelops.problem import load_problem
from kedro_modelops.serving.requests.broken_rules import BrokenContractError, BrokenRule
from kedro_modelops.serving.requests.contract import RequestContract


def try_keys(contract: RequestContract, reference: Any) -> None:
    """Makes the key of the example, alone and among others; RefusedError if it does not follow from the row alone."""
    problem = load_problem()
    example = contract.table(contract.read(to_json({"dataframe_records": [dict(problem.example)]}))[0])
    check_keys(problem.identify, problem.complete_rows(example, reference))


def find_unfit_keys(predictions: Sequence[Mapping[str, Any]]) -> BrokenContractError | None:
    """Which rows have keys that the store cannot keep; None if none has."""
    keys = [prediction["key"] for prediction in predictions]
    too_long = f"its key, which follows from its fields, has more than {LONGEST} characters"
    unfit = {row: too_long for row, key in enumerate(keys) if isinstance(key, str) and len(key) > LONGEST}
    unfit |= {row: "no key follows from its fields" for row, key in enumerate(keys) if pd.isna(key)}
    rules = [BrokenRule(row=row, column=None, rule=rule, value=None) for row, rule in sorted(unfit.items())]
    return BrokenContractError(rules, [row for row in range(len(keys)) if row not in unfit]) if rules else None
