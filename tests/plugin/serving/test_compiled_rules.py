"""Rules that are asked directly are kept where pandera says so, and broken in its words where it does."""

from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from kedro_modelops.contracts.faults import CheckFaultError
from kedro_modelops.serving.requests.compiled_rules import compile_rule
from kedro_modelops.serving.requests.contract import RequestContract


def fail(rows: Any) -> bool:
    raise ZeroDivisionError(len(rows))


CHECKS = {
    "a column": pa.Check(lambda rows: rows > 0, error="above zero"),
    "each value": pa.Check(lambda value: value > 0, element_wise=True, error="each above zero"),
    "one truth": pa.Check(lambda rows: bool((rows > 0).all()), error="all above zero"),
    "one truth of numpy": pa.Check(lambda rows: np.bool_((rows > 0).all()), error="all above zero, too"),
    "nulls count": pa.Check(lambda rows: rows.notna() & (rows > 0), ignore_na=False, error="known"),
    "with options": pa.Check(lambda rows, least: rows > least, least=0, error="above the least"),
    "nullable truths": pa.Check(lambda rows: (rows > 0).astype("boolean"), error="perhaps"),
    "built in": pa.Check.not_equal_to(0),
    "a fault": pa.Check(fail, error="fails"),
    "no truth": pa.Check(lambda rows: 1 / (rows > -1), error="numbers"),
}
TABLES = [[1.0, 2.0], [1.0, 0.0], [1.0, np.nan], [np.nan, np.nan], [0.0, -1.0], [2.0]]


def told(contract: RequestContract, table: pd.DataFrame) -> Any:
    try:
        return list(contract.broken_rules(table))
    except CheckFaultError as error:
        return str(error)


@pytest.mark.parametrize("values", TABLES)
@pytest.mark.parametrize(
    ("kind", "of_table"),
    [(kind, of_table) for kind in CHECKS for of_table in (False, True) if not (of_table and kind == "each value")],
)
def test_the_same_rows_break_the_same_rules_in_the_same_words(
    kind: str, values: list[float], of_table: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = CHECKS[kind]
    column = pa.Column(float, nullable=True, checks=[] if of_table else [check])
    whole = pa.Check(lambda rows: check._check_fn(rows["x"], **check._check_kwargs), error=check.error)
    schema = pa.DataFrameSchema({"x": column}, checks=[whole] if of_table else [])

    class Model:
        @staticmethod
        def to_schema() -> pa.DataFrameSchema:
            return schema

    table = pd.DataFrame({"x": values})
    found = told(RequestContract(Model, {}, 10), table)  # type: ignore[arg-type]  # a model of a schema alone
    monkeypatch.setattr("kedro_modelops.serving.requests.contract.compile_rule", lambda _: lambda _: False)
    assert found == told(RequestContract(Model, {}, 10), table)  # type: ignore[arg-type]  # a model of a schema alone


def test_nulls_of_a_column_break_no_rule_and_do_not_hide_the_row_that_does() -> None:
    class Model(pa.DataFrameModel):
        x: float = pa.Field(nullable=True)

        @pa.check("x", error="above zero")
        def above(cls, column: pd.Series) -> pd.Series:
            return column > 0

    contract = RequestContract(Model, {}, 10)
    found = list(contract.broken_rules(pd.DataFrame({"x": [np.nan, 1.0, np.nan, 0.0]})))
    assert [(row, rule["column"], rule["rule"]) for row, rule in found] == [(3, "x", "above zero")]


@pytest.mark.parametrize("kind", ["a column", "one truth", "one truth of numpy", "with options", "built in"])
def test_rows_that_keep_a_rule_do_not_trouble_pandera(kind: str) -> None:
    assert compile_rule(CHECKS[kind])(pd.Series([1.0, 2.0]))
    assert not compile_rule(CHECKS[kind])(pd.Series([1.0, 0.0]))
