"""Delays are minutes, distances miles: another unit does not fit what else is known of a flight."""

import pandas as pd
import pytest
from kedro_modelops.testing.contracts import refusal
from rows import months, weather

from {{cookiecutter.package_name}}.schemas import RawFlights, RawWeather


@pytest.fixture
def flights() -> pd.DataFrame:
    return months()["2013-03"]


@pytest.mark.parametrize(
    ("column", "factor", "told"),
    [
        ("air_time", 1 / 60, ["50 to 800 miles an hour", "rows"]),
        ("arr_delay", 1 / 60, ["arr_delay is arr_time minus sched_arr_time, in minutes"]),
        ("dep_delay", 1 / 60, ["dep_delay is dep_time minus sched_dep_time, in minutes"]),
        ("distance", 100, ["column 'distance'", "10000"]),
    ],
)
def test_another_unit_is_refused(flights: pd.DataFrame, column: str, factor: float, told: list[str]) -> None:
    sentence = refusal(RawFlights, flights.assign(**{column: (flights[column] * factor).astype(flights[column].dtype)}))
    assert [part for part in told if part not in sentence] == []


def test_a_flight_that_was_flown_has_an_arrival(flights: pd.DataFrame) -> None:
    sentence = refusal(RawFlights, flights.assign(arr_delay=flights["arr_delay"].where(flights.index >= 3)))
    assert "a flight without arr_delay was cancelled (no dep_time) or diverted (no air_time)" in sentence
    assert "3 rows" in sentence


def test_a_schedule_agrees_with_itself(flights: pd.DataFrame) -> None:
    assert "time_hour is the date and hour in New York" in refusal(RawFlights, flights.assign(day=31))


def test_a_temperature_that_no_weather_has_is_refused() -> None:
    sentence = refusal(RawWeather, weather().assign(temp=weather()["temp"].where(weather().index >= 3, 451)))
    assert [part for part in ("column 'temp'", "130", "3 rows") if part not in sentence] == []
