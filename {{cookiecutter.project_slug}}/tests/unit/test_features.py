import pandas as pd
import pytest
from rows import months, weather

from {{cookiecutter.package_name}}.features import compute_features
from {{cookiecutter.package_name}}.pipelines.data_processing.nodes import KNOWN_BEFORE_DEPARTURE
from {{cookiecutter.package_name}}.schemas import Features, RawFlights


@pytest.fixture
def scheduled() -> pd.DataFrame:
    hourly = weather().drop(columns=["year", "month", "day", "hour"])
    return months()["2013-07"][KNOWN_BEFORE_DEPARTURE].merge(hourly, on=["time_hour", "origin"], how="left")


def test_features_keep_their_contract(scheduled: pd.DataFrame) -> None:
    assert list(Features.validate(compute_features(scheduled)).index) == list(scheduled.index)


def test_clock_readings_become_hours(scheduled: pd.DataFrame) -> None:
    flight = scheduled.head(1).assign(hour=17, minute=45, sched_arr_time=2015, year=2013, month=7, day=14)
    features = compute_features(flight).iloc[0]
    assert (features["departure_hour"], features["arrival_hour"], features["weekday"]) == (17.75, 20.25, 6)


def test_a_broken_wind_sensor_is_taken_as_missing(scheduled: pd.DataFrame) -> None:
    assert compute_features(scheduled.assign(wind_speed=1048.36))["wind_speed"].isna().all()


def test_a_row_is_computed_alone_as_it_is_among_others(scheduled: pd.DataFrame) -> None:
    together = compute_features(scheduled)
    alone = pd.concat([compute_features(scheduled.iloc[[position]]) for position in range(len(scheduled))])
    pd.testing.assert_frame_equal(together, alone)


def test_what_is_known_only_after_departure_does_not_matter(scheduled: pd.DataFrame) -> None:
    later = [name for name in RawFlights.to_schema().columns if name not in KNOWN_BEFORE_DEPARTURE]
    assert {"dep_delay", "arr_time", "air_time", "arr_delay", "dep_time"} <= set(later)
    spoiled = scheduled.assign(**dict.fromkeys(later, 999.0))
    pd.testing.assert_frame_equal(compute_features(spoiled), compute_features(scheduled))


def test_the_input_is_left_as_it_was(scheduled: pd.DataFrame) -> None:
    before = scheduled.copy()
    compute_features(scheduled)
    pd.testing.assert_frame_equal(scheduled, before)


def test_a_missing_column_is_named(scheduled: pd.DataFrame) -> None:
    with pytest.raises(KeyError, match="minute"):
        compute_features(scheduled.drop(columns="minute"))
