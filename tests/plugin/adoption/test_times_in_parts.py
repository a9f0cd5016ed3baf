"""Times whose parts stand in several columns: which are found, what is made of them, and what is none."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro_modelops.adoption.judging.model_input import calendar_of
from kedro_modelops.adoption.questions import lines
from kedro_modelops.errors import RefusedError
from tables import ROWS, taken

DRAW = np.random.default_rng(0)
DAYS = pd.Series(pd.date_range("2019-03-01", periods=ROWS))
DAY, HOURS = DAYS.dt, pd.Series(pd.date_range("2024-01-01", periods=ROWS, freq="h")).dt
NUMBERS = {"x": DRAW.normal(size=ROWS), "y": DRAW.normal(size=ROWS)}
MONTHS = DAY.to_period("M").dt.to_timestamp()
QUARTERS = pd.date_range("2000", periods=ROWS // 5, freq="QS").repeat(5)
OLD = DAYS - pd.DateOffset(years=23)
FORMS: dict[str, tuple[dict[str, Any], Any]] = {
    "year, month, day": ({"year": DAY.year, "month": DAY.month, "day": DAY.day}, DAYS),
    "Year, Month, DAY": ({"Year": DAY.year, "Month": DAY.month, "DAY": DAY.day}, DAYS),
    "yr, mo": ({"yr": DAY.year, "mo": DAY.month}, MONTHS),
    "mo_sold, yr_sold": ({"mo_sold": DAY.month, "yr_sold": DAY.year}, MONTHS),
    "year of two digits": (
        {"Yr": OLD.dt.year - 1900, "Mo": OLD.dt.month},
        OLD.dt.to_period("M").dt.to_timestamp(),
    ),
    "zeros in front": ({"year": DAY.year, "month": DAY.strftime("%m"), "day": DAY.strftime("%d")}, DAYS),
    "year, month, day, hour": (
        {"year": HOURS.year, "month": HOURS.month, "day": HOURS.day, "hour": HOURS.hour},
        HOURS.floor("h"),
    ),
    "minutes": (
        {"Year": HOURS.year, "Month": HOURS.month, "Day": HOURS.day, "Hour": HOURS.hour, "Minute": HOURS.day % 4 * 15},
        HOURS.floor("h") + pd.to_timedelta(HOURS.day % 4 * 15, unit="min"),
    ),
    "Jan": ({"year": DAY.year, "Month": DAY.strftime("%b")}, MONTHS),
    "Jahr, Monat, Tag": ({"Jahr": DAY.year, "Monat": DAY.strftime("%B"), "Tag": DAY.day}, DAYS),
    "año, mes, día": ({"año": DAY.year, "mes": DAY.month, "día": DAY.day}, DAYS),
    "arrival_date_…": (
        {
            "arrival_date_year": DAY.year,
            "arrival_date_month": DAY.strftime("%B"),
            "arrival_date_day_of_month": DAY.day,
        },
        DAYS,
    ),
    "quarter": (
        {"Year": 2000 + DAYS.index // 20, "Quarter": DAYS.index // 5 % 4 + 1},
        QUARTERS,
    ),
    "Q1": (
        {"year": 2000 + DAYS.index // 20, "qtr": [f"Q{row // 5 % 4 + 1}" for row in range(ROWS)]},
        QUARTERS,
    ),
    "week": (
        {"Year": DAY.year, "Week": (DAY.dayofyear + 6) // 7},
        DAYS - pd.to_timedelta((DAY.dayofyear - 1) % 7, unit="D"),
    ),
    "day of year": ({"year": DAY.year, "doy": DAY.dayofyear}, DAYS),
    "Date, Time": ({"Date": HOURS.normalize(), "Time": HOURS.strftime("%H:%M:%S")}, HOURS.floor("h")),
    "am and pm": ({"Date": HOURS.normalize(), "Time": HOURS.strftime("%I:%M %p")}, HOURS.floor("h")),
    "date, hour": ({"date": HOURS.normalize(), "hour": HOURS.hour}, HOURS.floor("h")),
}
"""Columns, and the times that they make."""


@pytest.mark.parametrize("form", FORMS)
def test_a_time_is_made_of_its_parts(form: str) -> None:
    parts, times = FORMS[form]
    found = taken(pd.DataFrame(parts | NUMBERS), target="y")
    assert found.time_parts
    assert found.time == found.time_parts.name
    assert set(found.time_parts.columns) == set(parts)
    assert list(found.columns[found.time].content) == list(pd.Series(times).dt.tz_localize("UTC"))
    assert found.features == ("x",)
    assert set(found.dropped) == set(parts) - {found.time}


@pytest.mark.parametrize("form", FORMS)
def test_the_code_that_is_written_makes_the_same_times(form: str) -> None:
    found = taken(pd.DataFrame(FORMS[form][0] | NUMBERS), target="y", zone="Asia/Tokyo")
    assert found.time_parts
    rows = pd.DataFrame(FORMS[form][0] | NUMBERS)
    clock = {
        name: rows[name].dt.tz_localize("Asia/Tokyo").dt.tz_convert("UTC") for name in rows.select_dtypes("datetime")
    }
    scope = {"pd": pd, "rows": rows.assign(**clock), "TIME_ZONE": "Asia/Tokyo"}
    times = eval(found.time_parts.code, scope)  # noqa: S307  (it is the code that a project gets)
    expected = found.columns[str(found.time)].content
    assert list(times.dt.tz_localize("Asia/Tokyo")) == list(expected)
    assert times.iloc[0] == pd.Timestamp(found.time_parts.moment)


@pytest.mark.parametrize(
    "columns",
    [
        {"year_built": DAY.year, "month_built": DAY.month},
        {"birth_year": DAY.year, "birth_month": DAY.month, "birth_day": DAY.day},
        {"Month": DAY.month, "Day": DAY.day},
        {"month": DAY.strftime("%b"), "day": DAY.strftime("%a")},
        {"year": DRAW.integers(1, 5, ROWS), "month": DRAW.integers(1, 13, ROWS)},
        {"year": DAY.year, "month": DRAW.integers(1, 60, ROWS)},
        {"year": DAY.year, "month": np.where(DAYS.index == 7, np.nan, DAY.month)},
        {"year": 2020, "month": DRAW.integers(1, 8, ROWS)},
        {"year": DAY.year, "sale_month": DAY.month},
        {"year": DAY.year, "week": DAYS.index % 17 + 1},
        {"hour": HOURS.hour, "minute": HOURS.day},
    ],
    ids=", ".join,
)
def test_what_looks_like_parts_and_makes_no_time_stays_as_it_is(columns: dict[str, Any]) -> None:
    found = taken(pd.DataFrame(columns | NUMBERS), target="y")
    assert (found.time, found.time_parts) == (None, None)
    assert set(found.features) == {*columns, "x"} - set(found.left_out)


def test_days_of_a_week_and_hours_of_a_half_day_are_no_parts() -> None:
    weekdays = {"year": DAY.year, "month": DAY.month, "day": DAY.dayofweek + 1, "hour": HOURS.hour}
    found = taken(pd.DataFrame(weekdays | NUMBERS), target="y")
    assert found.time_parts
    assert (found.time_parts.columns, found.features) == (("year", "month"), ("day", "hour", "x"))
    half = taken(pd.DataFrame({"date": HOURS.normalize(), "hour": HOURS.hour % 12 + 1} | NUMBERS), target="y")
    assert (half.time, half.time_parts, half.features) == ("date", None, ("hour", "x"))


def test_the_time_that_a_race_took_is_no_time_of_day() -> None:
    took = [f"0{row % 4 + 1}:{row % 60:02d}:00" for row in range(ROWS)]
    found = taken(pd.DataFrame({"Date": DAYS, "Time": took} | NUMBERS), target="y")
    assert (found.time, found.time_parts) == ("Date", None)


def test_parts_beside_a_time_are_features_as_before() -> None:
    beside = {"departed": HOURS.floor("h"), "year": HOURS.year, "month": HOURS.month, "day": HOURS.day}
    found = taken(pd.DataFrame(beside | NUMBERS), target="y")
    assert (found.time, found.time_parts) == ("departed", None)
    assert "day" in found.features


def test_what_a_person_says_of_parts_goes_before_what_is_found() -> None:
    table = pd.DataFrame(FORMS["year, month, day"][0] | NUMBERS)
    assert taken(table, target="y", time="none").features == ("year", "month", "day", "x")
    assert taken(table, target="y", drop=["day"]).columns.keys() == {"date", "x", "y"}
    kept = taken(table, target="y", keep=["month"])
    assert (kept.features, kept.time, calendar_of(kept)) == (("month", "x"), "date", ("weekday",))
    said = taken(table, target="y", time="month, year")
    assert said.time_parts
    assert (said.time_parts.columns, said.features) == (("year", "month"), ("day", "x"))
    assert taken(table, target="month").time is None


def test_parts_are_told_and_those_that_make_no_time_are_refused() -> None:
    table = pd.DataFrame(FORMS["year, month, day"][0] | NUMBERS)
    told = dict(lines(taken(table, target="y")))
    assert told["time"].startswith("date (made of year, month and day), clock of UTC")
    with pytest.raises(RefusedError, match="--time month,day: they make no time in some row"):
        taken(table, target="y", time="month,day")
    with pytest.raises(RefusedError, match="--time mont: there is no such column; did you mean month"):
        taken(table, target="y", time="year,mont")


def test_a_series_of_nothing_but_its_parts_is_learned_from_those_that_come_again() -> None:
    found = taken(pd.DataFrame({"year": DAY.year, "month": DAY.strftime("%b"), "passengers": NUMBERS["y"]}))
    assert (found.time, found.target, found.features) == ("date", "passengers", ("month",))


def test_another_name_is_found_where_the_time_of_parts_would_take_one_that_is_there() -> None:
    dated = {"date": ["unknown", *DAY.strftime("%d.%m.%Y")[1:]], **FORMS["year, month, day"][0]}
    assert taken(pd.DataFrame(dated | NUMBERS), target="y").time == "row_date"
