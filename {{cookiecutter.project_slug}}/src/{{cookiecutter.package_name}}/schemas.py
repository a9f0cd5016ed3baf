"""Data contracts: what each table must look like, checked whenever it is loaded or saved.

`conf/base/catalog.yml` names a contract in a dataset's `validator:` key. A field's metadata say `known` (`before`
departure, or `after`) and `pii` (does it identify a person). Only fields known before departure may become features.
"""

from typing import Annotated

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

Utc = Annotated[pd.DatetimeTZDtype, "us", "utc"]

BEFORE = {"known": "before", "pii": False}
AFTER = {"known": "after", "pii": False}

AIRPORTS = ["EWR", "JFK", "LGA"]
CARRIERS = ["9E", "AA", "AS", "B6", "DL", "EV", "F9", "FL", "HA", "MQ", "OO", "UA", "US", "VX", "WN", "YV"]
HIGHEST_CREDIBLE_WIND = 150.0
"""Miles an hour; one reading of 2013 says 1048, which is a broken sensor."""


def minutes_after_midnight(clock: pd.Series) -> pd.Series:
    """Turns a clock reading such as 1745 (a quarter to six in the evening) into minutes."""
    return clock // 100 * 60 + clock % 100


def is_minutes_late(delay: pd.Series, actual: pd.Series, scheduled: pd.Series) -> pd.Series:
    """Whether a delay in minutes is what two clock readings say, whole days aside (true where there is no delay)."""
    late = minutes_after_midnight(actual) - minutes_after_midnight(scheduled)
    return delay.isna() | ((late - delay) % (24 * 60) == 0)


class Table(pa.DataFrameModel):
    """Any table: it has rows, and no column that its contract does not name."""

    class Config:
        """No other column."""

        strict = True

    @pa.dataframe_check()  # no name: pandera 0.35 forgets it once a first table has inherited the check
    def there_are_rows(cls, table: pd.DataFrame) -> bool:
        """A file without rows is a delivery that failed."""
        return len(table) > 0


class RawFlights(Table):
    """One row a flight, as it is recorded after the day. Times are local clock readings (1745), delays are minutes."""

    year: Series[np.int32] = pa.Field(ge=2000, le=2100, metadata=BEFORE)
    month: Series[np.int32] = pa.Field(ge=1, le=12, metadata=BEFORE)
    day: Series[np.int32] = pa.Field(ge=1, le=31, metadata=BEFORE)
    dep_time: Series[np.float32] = pa.Field(ge=0, le=2400, nullable=True, metadata=AFTER)
    sched_dep_time: Series[np.int32] = pa.Field(ge=0, le=2400, metadata=BEFORE)
    dep_delay: Series[np.float32] = pa.Field(ge=-120, le=2880, nullable=True, metadata=AFTER)
    arr_time: Series[np.float32] = pa.Field(ge=0, le=2400, nullable=True, metadata=AFTER)
    sched_arr_time: Series[np.int32] = pa.Field(ge=0, le=2400, metadata=BEFORE)
    arr_delay: Series[np.float32] = pa.Field(ge=-180, le=2880, nullable=True, metadata=AFTER)
    carrier: Series[str] = pa.Field(isin=CARRIERS, metadata=BEFORE)
    flight: Series[np.int32] = pa.Field(ge=1, le=9999, metadata=BEFORE)
    tailnum: Series[str] = pa.Field(str_matches=r"^[A-Z0-9]{3,7}$", nullable=True, metadata=AFTER)
    origin: Series[str] = pa.Field(isin=AIRPORTS, metadata=BEFORE)
    dest: Series[str] = pa.Field(str_matches=r"^[A-Z]{3}$", metadata=BEFORE)
    air_time: Series[np.float32] = pa.Field(ge=10, le=1000, nullable=True, metadata=AFTER)
    distance: Series[np.int32] = pa.Field(ge=10, le=10_000, metadata=BEFORE)
    hour: Series[np.int32] = pa.Field(ge=0, le=23, metadata=BEFORE)
    minute: Series[np.int32] = pa.Field(ge=0, le=59, metadata=BEFORE)
    time_hour: Series[Utc] = pa.Field(metadata=BEFORE)

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
        return is_minutes_late(flights["dep_delay"], flights["dep_time"], flights["sched_dep_time"])

    @pa.dataframe_check(name="arr_delay is arr_time minus sched_arr_time, in minutes")
    def arrival_delay_is_in_minutes(cls, flights: pd.DataFrame) -> pd.Series:
        """A delay in another unit does not fit the clock."""
        return is_minutes_late(flights["arr_delay"], flights["arr_time"], flights["sched_arr_time"])

    @pa.dataframe_check(name="distance (miles) over air_time (minutes) is 50 to 800 miles an hour")
    def speed_is_an_aeroplanes(cls, flights: pd.DataFrame) -> pd.Series:
        """Kilometres, or hours, give a speed that no airliner flies."""
        return flights["air_time"].isna() | (flights["distance"] / flights["air_time"] * 60).between(50, 800)

    @pa.dataframe_check(name="sched_dep_time is hour and minute")
    def schedule_agrees_with_itself(cls, flights: pd.DataFrame) -> pd.Series:
        """The schedule is written twice."""
        return flights["sched_dep_time"] == flights["hour"] * 100 + flights["minute"]


class RawWeather(Table):
    """Hourly observations at the origins: Fahrenheit, per cent, degrees, miles an hour, inches, millibars, miles."""

    origin: Series[str] = pa.Field(isin=AIRPORTS, metadata=BEFORE)
    year: Series[np.int32] = pa.Field(ge=2000, le=2100, metadata=BEFORE)
    month: Series[np.int32] = pa.Field(ge=1, le=12, metadata=BEFORE)
    day: Series[np.int32] = pa.Field(ge=1, le=31, metadata=BEFORE)
    hour: Series[np.int32] = pa.Field(ge=0, le=23, metadata=BEFORE)
    temp: Series[np.float32] = pa.Field(ge=-60, le=130, nullable=True, metadata=BEFORE)
    dewp: Series[np.float32] = pa.Field(ge=-80, le=100, nullable=True, metadata=BEFORE)
    humid: Series[np.float32] = pa.Field(ge=0, le=100, nullable=True, metadata=BEFORE)
    wind_dir: Series[np.float32] = pa.Field(ge=0, le=360, nullable=True, metadata=BEFORE)
    wind_speed: Series[np.float32] = pa.Field(ge=0, le=1100, nullable=True, metadata=BEFORE)
    wind_gust: Series[np.float32] = pa.Field(ge=0, le=250, nullable=True, metadata=BEFORE)
    precip: Series[np.float32] = pa.Field(ge=0, le=20, nullable=True, metadata=BEFORE)
    pressure: Series[np.float32] = pa.Field(ge=850, le=1100, nullable=True, metadata=BEFORE)
    visib: Series[np.float32] = pa.Field(ge=0, le=10, nullable=True, metadata=BEFORE)
    time_hour: Series[Utc] = pa.Field(metadata=BEFORE)

    class Config:
        """Each airport once an hour."""

        unique = ["time_hour", "origin"]  # noqa: RUF012  (pandera wants a list)


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
    score: Series[float] = pa.Field(ge=0, le=1, metadata=BEFORE)
