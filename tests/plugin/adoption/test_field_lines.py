"""Fields of contracts read as if written by hand."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro_modelops.adoption.proposing.columns import Column
from kedro_modelops.adoption.writing.contract_fields import attributes_of, field_line


def line(values: Any, **options: Any) -> str:
    return field_line(Column("x", pd.Series(values)), "x", **options).removeprefix("x: ")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([18, 89, 40], "Series[int] = pa.Field(ge=0, le=130, metadata=BEFORE)  # 18 to 89"),
        ([-5, 5], "Series[int] = pa.Field(ge=-10, le=10, metadata=BEFORE)  # -5 to 5"),
        ([0.5, 2.25], "Series[float] = pa.Field(ge=0, le=3.5, metadata=BEFORE)  # 0.5 to 2.25"),
        ([0, 1], "Series[int] = pa.Field(isin=[0, 1], metadata=BEFORE)"),
        ([0.0, 1.0, np.nan], "Series[float] = pa.Field(isin=[0, 1], nullable=True, metadata=BEFORE)  # 33 % null"),
        ([True, False], "Series[bool] = pa.Field(metadata=BEFORE)"),
        (["b", "a"], "Series[str] = pa.Field(isin=['a', 'b'], metadata=BEFORE)"),
        (["b" * 91, "a"], "Series[str] = pa.Field(metadata=BEFORE)  # 2 different values"),
        ([1990, 2010], "Series[int] = pa.Field(ge=1980, le=2020, metadata=BEFORE)  # 1990 to 2010"),
        ([10**17, 10**17 + 1], "Series[int] = pa.Field(metadata=BEFORE)  # 100000000000000000 to 100000000000000001"),
    ],
)
def test_types_ranges_and_what_was_found(values: Any, expected: str) -> None:
    assert line(values) == expected


def test_numbers_that_json_or_csv_would_change_are_of_32_bits() -> None:
    assert line([226.25999450683597, 223.05999755859372]).startswith("Series[np.float32]")
    assert line([0.1234567890123456789, 1 / 3e5]).startswith("Series[np.float32]")
    assert line([0.125, 3.5]).startswith("Series[float]")


def test_names_that_python_cannot_have_get_others() -> None:
    names = ["class", "mean radius", "mean_radius", "Größe", "2nd", "int", "pd", "航班", "validate", "_x", "name"]
    found = attributes_of(names)
    assert found == {
        "class": "class_",
        "mean radius": "mean_radius",
        "mean_radius": "mean_radius_3",
        "Größe": "grosse",
        "2nd": "n2nd",
        "int": "int_",
        "pd": "pd_",
        "航班": "column_8",
        "validate": "validate_",
        "_x": "x",
        "name": "name",
    }
