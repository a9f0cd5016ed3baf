"""What stands in text: numbers, truth values, times; codes stay text."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from kedro_modelops.adoption.tables import read_source
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
        (["89490200001234567890", "89490200001234567891"], "object"),
        (["0", "0.5"], "float64"),
        (["true", "False"], "bool"),
        (["true", None], "boolean"),
        (["yes", "no"], "object"),
        (["1", "x"], "object"),
        (["1", "?", "N/A"], "float64"),
        (["NA", "3"], "float64"),
        (["1", "-", "n.a."], "float64"),
        (["A", "-"], "object"),
        (["1", ""], "float64"),
        (["1", "None"], "float64"),
    ],
)
def test_types_of_text(values: list[Any], dtype: str) -> None:
    assert kind(*values) == dtype


def test_none_is_an_answer_among_texts() -> None:
    assert convert_text(pd.Series(["None", "Insomnia", "Apnea"])).notna().all()


def test_na_is_a_country_among_codes_of_two_letters_and_a_null_elsewhere() -> None:
    assert convert_text(pd.Series(["NA", "DE", "FR"])).notna().all()
    assert convert_text(pd.Series(["NA", "red", "blue"])).isna().tolist() == [True, False, False]
    assert convert_text(pd.Series(["NA", "NA"])).isna().all()
    assert convert_text(pd.Series(["", "a note"]), numbers=False).isna().tolist() == [True, False]


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
        (["1/31/2024 5:30:00 PM", "2/1/2024 6:00:00 AM"], "2024-01-31 17:30"),
        (["31/01/24", "01/02/24"], "2024-01-31"),
        (["Feb 2024", "Mar 2024"], "2024-02-01"),
        (["01/01/2024", "02/01/2024", "03/01/2024"], "2024-01-01"),
        (["05/1998", "06/1998"], "1998-05-01"),
        (["05/98", "06/98", "01/02"], "1998-05-01"),
        (["May-98", "Jun-98"], "1998-05-01"),
        (["May-1998", "Jun-1998"], "1998-05-01"),
        (["Jan-49", "Dec-60"], "1949-01-01"),
        (["may 98", "JUNE 98"], "1998-05-01"),
        (["2020/05", "2020/06"], "2020-05-01"),
        (["2020M05", "2020M12"], "2020-05-01"),
        (["2020-Q2", "2020-Q3"], "2020-04-01"),
        (["1998q2", "1998q4"], "1998-04-01"),
        (["Q2 2020", "Q1 2021"], "2020-04-01"),
    ],
)
def test_forms_of_times(texts: list[str], expected: str) -> None:
    assert convert_text(pd.Series([*texts, None]))[0] == pd.Timestamp(expected)


@pytest.mark.parametrize(("name", "is_time"), [("month", True), ("Reporting period", True), ("score", False)])
@pytest.mark.parametrize("texts", [["05/12", "06/12", "01/13"], ["May-12", "Jun-12", "Jan-13"]])
def test_years_that_might_be_days_or_a_fraction_are_years_where_the_name_says_so(
    name: str, is_time: bool, texts: list[str]
) -> None:
    found = convert_text(pd.Series(texts, name=name))
    assert (found[2] == pd.Timestamp("2013-01-01")) == is_time
    assert is_time or found.tolist() == texts


def test_times_with_an_offset_are_moments() -> None:
    found = convert_text(pd.Series(["2024-03-31T01:30:00+01:00", "2024-03-31T00:45:00Z"]))
    assert [str(moment) for moment in found] == ["2024-03-31 00:30:00+00:00", "2024-03-31 00:45:00+00:00"]


@pytest.mark.parametrize("months", [["1/1/2024", "2/1/2024", "3/1/2024"], ["1/1/2024", "1/2/2024", "1/3/2024"]])
def test_days_that_might_be_months_are_read_as_firsts_of_months(months: list[str]) -> None:
    assert list(convert_text(pd.Series(months)).dt.month) == [1, 2, 3]


@pytest.mark.parametrize("zone", ["+00", " UTC", " +0000", "Z"])
def test_zones_as_databases_write_them(zone: str) -> None:
    found = convert_text(pd.Series([f"2024-03-31 01:30:00{zone}", None]))
    assert found[0] == pd.Timestamp("2024-03-31 01:30", tz="UTC")


def test_durations_are_seconds(tmp_path: Path) -> None:
    delays = pd.DataFrame({"delay": pd.to_timedelta([-3600, 90.5, None], unit="s"), "x": [1, 2, 3]})
    for suffix, write in ((".csv", delays.to_csv), (".parquet", delays.to_parquet)):
        file = tmp_path / f"delays{suffix}"
        write(file, index=False)
        source = read_source(str(file))
        assert source.table["delay"].fillna(0).tolist() == pytest.approx([-3600, 90.5, 0]), suffix
        assert source.units == {"delay": "s"}


def test_what_is_no_time_stays_text() -> None:
    assert kind("2024-13-45", "2024-01-01") == "object"
    assert kind("31.01.2024", "tomorrow") == "object"
    assert kind("05/98", "13/98") == "object"
    assert kind("120/80", "110/75") == "object"
    assert kind("6/60", "6/36", "5/12") == "object"
    assert kind("2020Q5", "2020Q1") == "object"
    assert kind("2020M13", "2020M01") == "object"
    assert kind("Gen-98", "Abc-99") == "object"


def test_numbers_stay_text_where_types_are_known() -> None:
    assert convert_text(pd.Series(["1", "2"]), numbers=False).tolist() == ["1", "2"]
