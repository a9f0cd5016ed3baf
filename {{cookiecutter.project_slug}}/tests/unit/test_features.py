import pandas as pd
import pytest
from rows import months, reference, weather

from {{cookiecutter.package_name}}.features import OBSERVED, complete, compute_features, identify, label
from {{cookiecutter.package_name}}.schemas import EXAMPLE, FlightPlan, RawFlights, Schedule

KNOWN_BEFORE_DEPARTURE = list(Schedule.to_schema().columns)


@pytest.fixture
def scheduled() -> pd.DataFrame:
    return complete(months()["2013-07"][KNOWN_BEFORE_DEPARTURE], reference())


def test_clock_readings_become_hours(scheduled: pd.DataFrame) -> None:
    flight = scheduled.head(1).assign(hour=17, minute=45, sched_arr_time=2015, time_hour=pd.Timestamp("2013-07-14T21Z"))
    features = compute_features(flight).iloc[0]
    assert (features["departure_hour"], features["arrival_hour"], features["weekday"]) == (17.75, 20.25, 6)


def test_a_broken_wind_sensor_is_taken_as_missing(scheduled: pd.DataFrame) -> None:
    assert compute_features(scheduled.assign(wind_speed=1048.36))["wind_speed"].isna().all()


def test_what_is_known_only_after_departure_does_not_matter(scheduled: pd.DataFrame) -> None:
    later = [name for name in RawFlights.to_schema().columns if name not in KNOWN_BEFORE_DEPARTURE]
    assert {"dep_delay", "arr_time", "air_time", "arr_delay", "dep_time"} <= set(later)
    spoiled = scheduled.assign(**dict.fromkeys(later, 999.0))
    pd.testing.assert_frame_equal(compute_features(spoiled), compute_features(scheduled))


def test_a_missing_column_is_named(scheduled: pd.DataFrame) -> None:
    with pytest.raises(KeyError, match="minute"):
        compute_features(scheduled.drop(columns="minute"))


def test_weather_is_what_was_observed_at_the_hour_and_airport(scheduled: pd.DataFrame) -> None:
    hourly = weather().drop(columns=["year", "month", "day", "hour"])
    flights = months()["2013-07"]
    joined = flights.merge(hourly, on=["time_hour", "origin"], how="left", validate="many_to_one")
    pd.testing.assert_frame_equal(scheduled[OBSERVED], joined[OBSERVED])


def test_weather_that_is_given_is_left_as_it_is(scheduled: pd.DataFrame) -> None:
    forecast = scheduled.head(2).assign(**dict.fromkeys(OBSERVED, float("nan")))
    forecast["temp"] = [50.0, float("nan")]
    given, looked_up = complete(forecast, reference()).to_dict("records")
    assert {name: given[name] for name in OBSERVED if given[name] == given[name]} == {"temp": 50}
    assert looked_up["temp"] == scheduled.iloc[1]["temp"]


def test_a_flight_plan_is_known_before_departure_and_its_example_is_one() -> None:
    columns = FlightPlan.to_schema().columns
    assert {column.metadata["known"] for column in columns.values()} == {"before"}
    example = pd.DataFrame([EXAMPLE | {"time_hour": pd.Timestamp(EXAMPLE["time_hour"]).tz_convert("UTC")}])
    plan = FlightPlan.validate(example.astype({name: str(columns[name].dtype) for name in example}))
    assert list(identify(plan)) == ["2013-09-06T21Z-UA-1545-EWR"]


def test_what_became_of_a_flight_is_not_known_if_it_did_not_arrive() -> None:
    flights = pd.DataFrame({"arr_delay": [15.0, 16.0, float("nan")]})
    assert label(flights).tolist() == [False, True, pd.NA]
