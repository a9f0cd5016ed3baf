"""Data contracts: what each table must look like, checked whenever it is loaded or saved.

`conf/base/catalog.yml` names a contract in a dataset's `validator:` key. A field's metadata say `known` (`before`
departure, or `after`) and `pii` (does it identify a person). Only fields known before departure may become features.
"""

from typing import Annotated

import numpy as np
import pandas as pd
import pandera.pandas as pa
from kedro_modelops.contracts import Table
from pandera.typing import Index, Series

Utc = Annotated[pd.DatetimeTZDtype, "us", "utc"]
Reading = Series[np.float32]

BEFORE = {"known": "before", "pii": False}
AFTER = {"known": "after", "pii": False}

AIRPORTS = ["EWR", "JFK", "LGA"]
CARRIERS = ["9E", "AA", "AS", "B6", "DL", "EV", "F9", "FL", "HA", "MQ", "OO", "UA", "US", "VX", "WN", "YV"]
TIME_ZONE = "America/New_York"
"""Of all airports of departure."""
HIGHEST_CREDIBLE_WIND = 150.0
"""Miles an hour; one reading of 2013 says 1048, which is a broken sensor."""


def minutes_after_midnight(clock: pd.Series) -> pd.Series:
    """Turns a clock reading such as 1745 (a quarter to six in the evening) into minutes."""
    return clock // 100 * 60 + clock % 100


def is_minutes_late(flights: pd.DataFrame, delay: str, actual: str, scheduled: str) -> pd.Series:
    """Whether the column `delay`, in minutes, is what two clock readings say (true where there is no delay).

    Whole days aside, and an hour within a day of the moment at which clocks are put forward or back.
    """
    late = minutes_after_midnight(flights[actual]) - minutes_after_midnight(flights[scheduled])
    rest = (late - flights[delay]) % (24 * 60)
    days = (flights["time_hour"] + pd.Timedelta(days=near) for near in (-1, 1))
    before, after = (day.dt.tz_convert(TIME_ZONE).dt.tz_localize(None) for day in days)
    is_put = after - before != pd.Timedelta(days=2)
    return pd.Series(flights[delay].isna() | (rest == 0) | (is_put & rest.isin([60, 23 * 60])))


class Schedule(Table):
    """What is known of a flight before it departs. Times are readings of the local clock (1745)."""

    year: Series[np.int32] = pa.Field(ge=2000, le=2100, metadata=BEFORE, description="Year of departure")
    month: Series[np.int32] = pa.Field(ge=1, le=12, metadata=BEFORE, description="Month of departure")
    day: Series[np.int32] = pa.Field(ge=1, le=31, metadata=BEFORE, description="Day of departure")
    sched_dep_time: Series[np.int32] = pa.Field(ge=0, le=2400, metadata=BEFORE, description="Departure, local (HHMM)")
    sched_arr_time: Series[np.int32] = pa.Field(ge=0, le=2400, metadata=BEFORE, description="Arrival, local (HHMM)")
    carrier: Series[str] = pa.Field(isin=CARRIERS, metadata=BEFORE, description="IATA code of the airline")
    flight: Series[np.int32] = pa.Field(ge=1, le=9999, metadata=BEFORE, description="Flight number")
    origin: Series[str] = pa.Field(isin=AIRPORTS, metadata=BEFORE, description="IATA code of the airport of departure")
    dest: Series[str] = pa.Field(str_matches=r"^[A-Z]{3}$", metadata=BEFORE, description="IATA code of the destination")
    distance: Series[np.int32] = pa.Field(ge=10, le=10_000, metadata=BEFORE, description="Distance, miles")
    hour: Series[np.int32] = pa.Field(ge=0, le=23, metadata=BEFORE, description="Hour of sched_dep_time")
    minute: Series[np.int32] = pa.Field(ge=0, le=59, metadata=BEFORE, description="Minute of sched_dep_time")
    time_hour: Series[Utc] = pa.Field(metadata=BEFORE, description="Hour of departure, with its offset from UTC")

    @pa.dataframe_check(error="sched_dep_time is hour and minute, and time_hour is the date and hour in New York")
    def schedule_agrees_with_itself(cls, flights: pd.DataFrame) -> pd.Series:
        """The schedule is written twice."""
        moments = pd.DatetimeIndex(flights["time_hour"])
        local = moments.tz_convert(TIME_ZONE)
        agrees = (flights["sched_dep_time"] == flights["hour"] * 100 + flights["minute"]).to_numpy()
        for part in ("year", "month", "day", "hour"):
            agrees = agrees & (flights[part].to_numpy() == getattr(local, part).to_numpy())
        whole = moments == moments.floor("h")  # in UTC, which has no hour twice
        return pd.Series(agrees & whole, flights.index)


class RawFlights(Schedule):
    """One row a flight, as it is recorded after the day. Delays are minutes."""

    dep_time: Series[np.float32] = pa.Field(ge=0, le=2400, nullable=True, metadata=AFTER)
    dep_delay: Series[np.float32] = pa.Field(ge=-120, le=2880, nullable=True, metadata=AFTER)
    arr_time: Series[np.float32] = pa.Field(ge=0, le=2400, nullable=True, metadata=AFTER)
    arr_delay: Series[np.float32] = pa.Field(ge=-180, le=2880, nullable=True, metadata=AFTER)
    tailnum: Series[str] = pa.Field(str_matches=r"^[A-Z0-9]{3,7}$", nullable=True, metadata=AFTER)
    air_time: Series[np.float32] = pa.Field(ge=10, le=1000, nullable=True, metadata=AFTER)

    class Config:
        """Each flight once."""

        unique = ["time_hour", "carrier", "flight", "origin"]  # noqa: RUF012  (pandera wants a list)

    @pa.dataframe_check(name="a flight without arr_delay was cancelled (no dep_time) or diverted (no air_time)")
    def arrival_is_recorded(cls, flights: pd.DataFrame) -> pd.Series:
        """A flight that was flown has an arrival."""
        return flights["arr_delay"].notna() | flights["dep_time"].isna() | flights["air_time"].isna()

    @pa.dataframe_check(name="dep_delay is dep_time minus sched_dep_time, in minutes")
    def departure_delay_is_in_minutes(cls, flights: pd.DataFrame) -> pd.Series:
        """A delay in another unit does not fit the clock."""
        return is_minutes_late(flights, "dep_delay", "dep_time", "sched_dep_time")

    @pa.dataframe_check(name="arr_delay is arr_time minus sched_arr_time, in minutes")
    def arrival_delay_is_in_minutes(cls, flights: pd.DataFrame) -> pd.Series:
        """A delay in another unit does not fit the clock."""
        return is_minutes_late(flights, "arr_delay", "arr_time", "sched_arr_time")

    @pa.dataframe_check(name="distance (miles) over air_time (minutes) is 50 to 800 miles an hour")
    def speed_is_an_aeroplanes(cls, flights: pd.DataFrame) -> pd.Series:
        """Kilometres, or hours, give a speed that no airliner flies."""
        return flights["air_time"].isna() | (flights["distance"] / flights["air_time"] * 60).between(50, 800)


class Observation(Table):
    """What a weather station reports: Fahrenheit, per cent, degrees, miles an hour, inches, millibars, miles."""

    temp: Reading = pa.Field(ge=-60, le=130, nullable=True, metadata=BEFORE, description="Temperature, Fahrenheit")
    dewp: Reading = pa.Field(ge=-80, le=100, nullable=True, metadata=BEFORE, description="Dew point, Fahrenheit")
    humid: Reading = pa.Field(ge=0, le=100, nullable=True, metadata=BEFORE, description="Relative humidity, per cent")
    wind_dir: Reading = pa.Field(ge=0, le=360, nullable=True, metadata=BEFORE, description="Wind direction, degrees")
    wind_speed: Reading = pa.Field(ge=0, le=1100, nullable=True, metadata=BEFORE, description="Wind, miles an hour")
    wind_gust: Reading = pa.Field(ge=0, le=250, nullable=True, metadata=BEFORE, description="Gusts, miles an hour")
    precip: Reading = pa.Field(ge=0, le=20, nullable=True, metadata=BEFORE, description="Precipitation, inches")
    pressure: Reading = pa.Field(ge=850, le=1100, nullable=True, metadata=BEFORE, description="Pressure, millibars")
    visib: Reading = pa.Field(ge=0, le=10, nullable=True, metadata=BEFORE, description="Visibility, miles")


class RawWeather(Observation):
    """Hourly observations at the origins."""

    origin: Series[str] = pa.Field(isin=AIRPORTS, metadata=BEFORE)
    year: Series[np.int32] = pa.Field(ge=2000, le=2100, metadata=BEFORE)
    month: Series[np.int32] = pa.Field(ge=1, le=12, metadata=BEFORE)
    day: Series[np.int32] = pa.Field(ge=1, le=31, metadata=BEFORE)
    hour: Series[np.int32] = pa.Field(ge=0, le=23, metadata=BEFORE)
    time_hour: Series[Utc] = pa.Field(metadata=BEFORE)

    class Config:
        """Each airport once an hour."""

        unique = ["time_hour", "origin"]  # noqa: RUF012  (pandera wants a list)


class Weather(Observation):
    """Observations as flights look them up: by hour and airport."""

    time_hour: Index[Utc]
    origin: Index[str] = pa.Field(isin=AIRPORTS)

    class Config:
        """Columns in the order of `Observation`."""

        ordered = True


class FlightPlan(Schedule, Observation):
    """A flight to be scored. One that brings no weather is given what was observed at its airport in its hour."""

    @classmethod
    def to_schema(cls) -> pa.DataFrameSchema:
        """No plan needs to bring weather."""
        weather = Observation.to_schema().columns
        return super().to_schema().update_columns({name: {"required": False} for name in weather})


EXAMPLE = {
    "time_hour": "2013-09-06T17:00:00-04:00",
    "year": 2013,
    "month": 9,
    "day": 6,
    "hour": 17,
    "minute": 45,
    "sched_dep_time": 1745,
    "sched_arr_time": 1945,
    "carrier": "UA",
    "flight": 1545,
    "origin": "EWR",
    "dest": "ORD",
    "distance": 719,
}
"""A flight plan as the service takes it, for its documentation."""


class Features(Table):
    """What the model sees: facts known before departure; as no other column passes, nothing known later reaches it."""

    carrier: Series[str] = pa.Field(isin=CARRIERS, metadata=BEFORE)
    origin: Series[str] = pa.Field(isin=AIRPORTS, metadata=BEFORE)
    dest: Series[str] = pa.Field(str_matches=r"^[A-Z]{3}$", metadata=BEFORE)
    distance: Series[np.float32] = pa.Field(ge=10, le=10_000, metadata=BEFORE)
    departure_hour: Series[np.float32] = pa.Field(ge=0, lt=24, metadata=BEFORE)
    arrival_hour: Series[np.float32] = pa.Field(ge=0, le=24, metadata=BEFORE)
    weekday: Series[np.float32] = pa.Field(ge=0, le=6, metadata=BEFORE)
    temp: Series[np.float32] = pa.Field(ge=-60, le=130, nullable=True, metadata=BEFORE)
    dewp: Series[np.float32] = pa.Field(ge=-80, le=100, nullable=True, metadata=BEFORE)
    humid: Series[np.float32] = pa.Field(ge=0, le=100, nullable=True, metadata=BEFORE)
    wind_dir: Series[np.float32] = pa.Field(ge=0, le=360, nullable=True, metadata=BEFORE)
    wind_speed: Series[np.float32] = pa.Field(ge=0, le=HIGHEST_CREDIBLE_WIND, nullable=True, metadata=BEFORE)
    wind_gust: Series[np.float32] = pa.Field(ge=0, le=250, nullable=True, metadata=BEFORE)
    precip: Series[np.float32] = pa.Field(ge=0, le=20, nullable=True, metadata=BEFORE)
    pressure: Series[np.float32] = pa.Field(ge=850, le=1100, nullable=True, metadata=BEFORE)
    visib: Series[np.float32] = pa.Field(ge=0, le=10, nullable=True, metadata=BEFORE)


class ModelInput(Features):
    """Features with the flight's key, its scheduled hour and what became of it."""

    flight_id: Series[str] = pa.Field(unique=True, metadata=BEFORE)
    time_hour: Series[Utc] = pa.Field(metadata=BEFORE)
    late: Series[bool] = pa.Field(metadata=AFTER)


class Predictions(Table):
    """Scored flights: the probability of arriving more than 15 minutes late, and the class it is taken for."""

    flight_id: Series[str] = pa.Field(unique=True, metadata=BEFORE)
    time_hour: Series[Utc] = pa.Field(metadata=BEFORE)
    late: Series[bool] = pa.Field(metadata=AFTER)
    prediction: Series[bool] = pa.Field(metadata=BEFORE)
    score: Series[float] | None = pa.Field(ge=0, le=1, metadata=BEFORE)  # of models that give probabilities
