"""From raw flights and weather to a training and a test set."""

from collections.abc import Callable
from functools import partial

import pandas as pd

from ...errors import RefusedError
from ...features import compute_features
from ...schemas import RawFlights
from .parameters import Split

Months = dict[str, Callable[[], pd.DataFrame]]
"""Flights by month; a month is loaded when its function is called."""

LATE_AFTER = 15
"""Minutes; the US Department of Transportation's definition of a delayed flight (14 CFR 234)."""

KNOWN_BEFORE_DEPARTURE = [
    name for name, column in RawFlights.to_schema().columns.items() if (column.metadata or {}).get("known") == "before"
]


def build_features(flights_raw: Months, weather_raw: pd.DataFrame) -> Months:
    """Computes features, key and label of each month, one month in memory at a time.

    Args:
        flights_raw: `RawFlights` by month.
        weather_raw: `RawWeather`.

    Returns:
        `ModelInput` by month, without cancelled and diverted flights: whether they would have been late is not known.
    """
    weather = weather_raw.drop(columns=["year", "month", "day", "hour"])
    return {month: partial(_month_features, load, weather) for month, load in flights_raw.items()}


def _month_features(load: Callable[[], pd.DataFrame], weather: pd.DataFrame) -> pd.DataFrame:
    flights = load()
    arrived = flights[flights["arr_delay"].notna()].reset_index(drop=True)
    scheduled = arrived[KNOWN_BEFORE_DEPARTURE].merge(
        weather, on=["time_hour", "origin"], how="left", validate="many_to_one"
    )
    return compute_features(scheduled).assign(
        flight_id=flight_ids(arrived),
        time_hour=arrived["time_hour"],
        late=arrived["arr_delay"] > LATE_AFTER,
    )


def flight_ids(flights: pd.DataFrame) -> pd.Series:
    """One readable key from the four columns that identify a flight, such as `2013-09-01T10Z-UA-1545-EWR`."""
    hour = flights["time_hour"].dt.strftime("%Y-%m-%dT%HZ")
    ids: pd.Series = hour.str.cat([flights["carrier"], flights["flight"].astype(str), flights["origin"]], sep="-")
    return ids


def split_train_test(features: Months, split: Split) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Puts whole months into the training set and later ones into the test set.

    Args:
        features: `ModelInput` by month.
        split: The months of each.

    Returns:
        Training set and test set, both `ModelInput`, rows in the order of months.

    Raises:
        RefusedError: If a month of `split` has no data.
    """
    return _months(features, split.train.months, "train"), _months(features, split.test.months, "test")


def _months(features: Months, wanted: list[str], use: str) -> pd.DataFrame:
    missing = [month for month in wanted if month not in features]
    if missing:
        msg = f"no flights for {', '.join(missing)}, which split.{use} asks for: add the month or change the parameter"
        raise RefusedError(msg)
    return pd.concat([features[month]() for month in wanted], ignore_index=True)
