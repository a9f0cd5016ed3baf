"""What stands in text: numbers, truth values, times; codes stay text."""

from typing import Any

import pandas as pd
import pytest
from kedro_modelops.adoption.tables.text_columns import convert_text


def kind(*values: Any) -> str:
    return str(convert_text(pd.Series(values, dtype=object)).dtype)


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        (["1", "2"], "int64"),
        (["1", None], "float64"),
        (["1.5", "-2e3", "+.5"], "float64"),
        (["007", "008"], "object"),
        (["0", "0.5"], "float64"),
        (["true", "False"], "bool"),
        (["true", None], "boolean"),
        (["yes", "no"], "object"),
        (["1", "x"], "object"),
        (["1", "?", "N/A"], "float64"),
        (["NA", "3"], "float64"),
        (["1", "-", "n.a."], "float64"),
        (["A", "-"], "object"),
    ],
)
def test_types_of_text(values: list[Any], dtype: str) -> None:
    assert kind(*values) == dtype


def test_na_is_a_country_among_codes_of_two_letters_and_a_null_elsewhere() -> None:
    assert convert_text(pd.Series(["NA", "DE", "FR"])).notna().all()
    assert convert_text(pd.Series(["NA", "red", "blue"])).isna().tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["2024-01-31", "2024-02-01"], "2024-01-31"),
        (["2024-01-31 10:30", "2024-02-01 11:00"], "2024-01-31 10:30"),
        (["2024-01-31T10:30:00.250", "2024-02-01T11:00:00"], "2024-01-31 10:30:00.250"),
        (["2024-01", "2024-02"], "2024-01-01"),
        (["31.01.2024", "01.02.2024"], "2024-01-31"),
        (["31/01/2024 10:30", "01/02/2024 11:00"], "2024-01-31 10:30"),
        (["01/31/2024", "02/01/2024"], "2024-01-31"),
        (["31 Jan 2024", "1 Feb 2024"], "2024-01-31"),
        (["Jan 31, 2024", "Feb 1, 2024"], "2024-01-31"),
        (["2024/01/31", "2024/02/01"], "2024-01-31"),
    ],
)
def test_forms_of_times(texts: list[str], expected: str) -> None:
    assert convert_text(pd.Series([*texts, None]))[0] == pd.Timestamp(expected)


def test_times_with_an_offset_are_moments() -> None:
    found = convert_text(pd.Series(["2024-03-31T01:30:00+01:00", "2024-03-31T00:45:00Z"]))
    assert [str(moment) for moment in found] == ["2024-03-31 00:30:00+00:00", "2024-03-31 00:45:00+00:00"]


def test_what_is_no_time_stays_text() -> None:
    assert kind("2024-13-45", "2024-01-01") == "object"
    assert kind("31.01.2024", "tomorrow") == "object"


def test_numbers_stay_text_where_types_are_known() -> None:
    assert convert_text(pd.Series(["1", "2"]), numbers=False).tolist() == ["1", "2"]
