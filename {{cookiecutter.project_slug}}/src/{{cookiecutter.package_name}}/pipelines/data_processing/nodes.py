"""From raw flights and weather to a training and a test set."""

from collections.abc import Callable
from functools import partial

import pandas as pd
from kedro_modelops.errors import RefusedError
from kedro_modelops.periods import concat_periods

from ...features import OBSERVED, complete, compute_features, identify, label
from ...schemas import TIME_ZONE, FlightPlan, Schedule
from .parameters import Split

Months = dict[str, Callable[[], pd.DataFrame]]
"""Flights by month; a month is loaded when its function is called."""

SAMPLE = 20
"""Requests that a model is tried with wherever it is deployed."""


def index_weather(weather_raw: pd.DataFrame) -> pd.DataFrame:
    """Makes `RawWeather` a table in which a flight finds its hour and airport: `Weather`."""
    return weather_raw.set_index(["time_hour", "origin"])[OBSERVED]


def build_features(flights_raw: Months, reference: pd.DataFrame) -> Months:
    """Computes features, key and label of each month, one month in memory at a time.

    Args:
        flights_raw: `RawFlights` by month.
        reference: `Weather`.

    Returns:
        `ModelInput` by month, without cancelled and diverted flights: whether they would have been late is not known.
    """
    return {month: partial(_month_features, load, reference) for month, load in flights_raw.items()}


def _month_features(load: Callable[[], pd.DataFrame], reference: pd.DataFrame) -> pd.DataFrame:
    flights = load()
    arrived = flights[label(flights).notna()].reset_index(drop=True)
    return compute_features(complete(arrived[list(Schedule.to_schema().columns)], reference)).assign(
        flight_id=identify(arrived),
        time_hour=arrived["time_hour"],
        late=label(arrived).astype(bool),
    )


def split_train_test(features: Months, split: Split) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Puts whole months into the training set and later ones into the test set.

    Args:
        features: `ModelInput` by month.
        split: The months of each, and how many rows at most.

    Returns:
        Training set and test set, both `ModelInput`, rows in the order of months.

    Raises:
        RefusedError: If a month of `split` has no data, or there are too few.
    """
    train, test = split.months(features)
    return _months(features, train, "train", split.max_rows), _months(features, test, "test", split.max_rows)


def _months(features: Months, wanted: list[str], use: str, max_rows: int | None) -> pd.DataFrame:
    missing = [month for month in wanted if month not in features]
    if missing:
        msg = f"no flights for {', '.join(missing)}, which split.{use} asks for: add the month or change the parameter"
        raise RefusedError(msg)
    return concat_periods([features[month] for month in wanted], max_rows)


def sample_requests(flights_raw: Months, test_set: pd.DataFrame) -> pd.DataFrame:
    """Takes some flights of the newest test month as callers will send them: planned, and without weather.

    Args:
        flights_raw: `RawFlights` by month.
        test_set: `ModelInput`.

    Returns:
        At most `SAMPLE` rows of `FlightPlan`, always the same ones.
    """
    newest = test_set["time_hour"].dt.tz_convert(TIME_ZONE).max()
    flights = flights_raw[f"{newest:%Y-%m}"]()
    tested = flights[identify(flights).isin(test_set["flight_id"])]
    asked = [name for name in FlightPlan.to_schema().columns if name in flights]
    return tested.sample(min(SAMPLE, len(tested)), random_state=0)[asked].reset_index(drop=True)
