"""Clocks are put forward on 2013-03-10 and back on 2013-11-03: no hour is lost, or is the same as another."""

import pandas as pd
import pytest
from kedro_modelops.predictions.digests import hash_rows
from kedro_modelops.predictions.records import features_of, read_inputs
from kedro_modelops.serving.requests.contract import RequestContract
from rows import months, reference

from {{cookiecutter.package_name}}.features import complete, compute_features, identify
from {{cookiecutter.package_name}}.schemas import EXAMPLE, Features, FlightPlan, RawFlights

HOURS = ["2013-03-10T01:00:00-05:00", "2013-03-10T03:00:00-04:00"]
HOURS += ["2013-11-03T00:00:00-04:00", "2013-11-03T01:00:00-04:00", "2013-11-03T01:00:00-05:00"]
CONTRACT = RequestContract(FlightPlan, EXAMPLE, 100)


def plans() -> pd.DataFrame:
    """A flight in each hour around the changes."""
    rows = [dict(EXAMPLE) | scheduled(pd.Timestamp(hour)) for hour in HOURS]
    return CONTRACT.table(rows)


def scheduled(moment: pd.Timestamp) -> dict[str, object]:
    at = {"year": moment.year, "month": moment.month, "day": moment.day, "hour": moment.hour, "minute": 30}
    return at | {"time_hour": moment.to_pydatetime(), "sched_dep_time": moment.hour * 100 + 30}


def flown(**changes: object) -> pd.DataFrame:
    """Flights as they are recorded: half an hour late."""
    raw = months()["2013-07"].dropna().iloc[: len(HOURS)].reset_index(drop=True)
    flights = raw.assign(**plans()[[name for name in plans() if name in raw]])
    local = flights["time_hour"].dt.tz_convert("America/New_York") + pd.Timedelta(minutes=60)
    known = {"dep_time": local.dt.hour * 100 + local.dt.minute, "dep_delay": 30.0, "arr_time": 2015.0}
    known |= {"arr_delay": 30.0, "air_time": 100.0, "tailnum": "N123"}
    return flights.assign(**(known | changes))


def test_the_contracts_hold_in_every_hour() -> None:
    assert list(CONTRACT.broken_rules(plans())) == []
    FlightPlan.validate(plans())
    RawFlights.validate(flown())  # one departs at 1 after the clock was put back, 30 minutes after half past 1


def test_a_delay_may_miss_an_hour_only_where_a_clock_is_put() -> None:
    RawFlights.validate(flown(arr_time=2115.0))
    other = months()["2013-07"].dropna().head(3)
    with pytest.raises(Exception, match="arr_delay"):
        RawFlights.validate(other.assign(arr_delay=other["arr_delay"] + 60))


def test_keys_differ_and_features_are_computed() -> None:
    keys = identify(plans())
    assert keys.is_unique
    assert list(keys)[-2:] == ["2013-11-03T05Z-UA-1545-EWR", "2013-11-03T06Z-UA-1545-EWR"]
    features = compute_features(complete(plans(), reference()))
    Features.validate(features)
    assert features["departure_hour"].tolist() == [1.5, 3.5, 0.5, 1.5, 1.5]
    assert features["weekday"].tolist() == [6] * 5


def test_the_same_clock_time_with_another_offset_is_another_instant_and_does_not_fit_the_plan() -> None:
    other = CONTRACT.table([dict(EXAMPLE) | {"time_hour": pd.Timestamp("2013-09-06T17:00:00-05:00")}])
    assert [rule["rule"] for _, rule in CONTRACT.broken_rules(other)] == [
        "sched_dep_time is hour and minute, and time_hour is the date and hour in New York"
    ]
    same = CONTRACT.table([dict(EXAMPLE) | {"time_hour": pd.Timestamp("2013-09-06T21:00:00Z")}])
    assert list(CONTRACT.broken_rules(same)) == []


def test_what_the_store_gives_back_has_the_same_features() -> None:
    inputs = complete(plans(), reference())
    stored = inputs.to_json(orient="records", lines=True, date_format="iso", date_unit="us").splitlines()
    assert hash_rows(features_of(read_inputs(stored))) == hash_rows(features_of(inputs))
