"""Features: the same functions in training, in batch scoring and for online requests."""

import numpy as np
import pandas as pd

from .schemas import HIGHEST_CREDIBLE_WIND, TIME_ZONE, Features, Observation, minutes_after_midnight

OBSERVED = list(Observation.to_schema().columns)
FEATURES = list(Features.to_schema().columns)

LATE_AFTER = 15
"""Minutes; the US Department of Transportation's definition of a delayed flight (14 CFR 234)."""


def compute_features(flights: pd.DataFrame) -> pd.DataFrame:
    """Turns scheduled flights and the weather at their origin into what the model sees.

    Uses nothing that is known only after departure, so that a flight can be scored while it is still on the ground.

    Args:
        flights: `Schedule` with the columns of `Observation`. Further columns are ignored.

    Returns:
        One row a flight, in the same order and with the same index; the columns of `Features`.

    Raises:
        KeyError: If a column is missing.
    """
    computed = {
        "distance": flights["distance"].to_numpy("float32"),  # arrays: for one flight ten times as fast as a Series
        "departure_hour": (flights["hour"].to_numpy() + flights["minute"].to_numpy() / 60).astype("float32"),
        "arrival_hour": (minutes_after_midnight(flights["sched_arr_time"]).to_numpy() / 60).astype("float32"),
        "weekday": flights["time_hour"].dt.tz_convert(TIME_ZONE).dt.dayofweek.astype("float32"),
        "wind_speed": flights["wind_speed"].where(flights["wind_speed"] <= HIGHEST_CREDIBLE_WIND),
    }
    return pd.DataFrame({name: computed[name] if name in computed else flights[name] for name in FEATURES})


def complete(flights: pd.DataFrame, reference: pd.DataFrame) -> pd.DataFrame:
    """Gives flights that come without any weather what was observed at their airport in their hour.

    Args:
        flights: `Schedule`, with all, some or none of the columns of `Observation`.
        reference: `Weather`.

    Returns:
        The same flights with all columns of `Observation`, which are null where nothing was given or observed.
    """
    where = pd.MultiIndex.from_arrays([flights["time_hour"], flights["origin"]])
    observed = reference.reindex(where).to_numpy("float32")
    given = flights.reindex(columns=OBSERVED).to_numpy("float32")
    weather = np.where(np.isnan(given).all(axis=1, keepdims=True), observed, given)
    plans = flights.drop(columns=OBSERVED, errors="ignore")
    return pd.concat([plans, pd.DataFrame(weather, flights.index, OBSERVED)], axis=1)


def identify(flights: pd.DataFrame) -> pd.Series:
    """One readable key from the four columns that identify a flight, such as `2013-09-01T10Z-UA-1545-EWR`."""
    hours = np.datetime_as_string(flights["time_hour"].to_numpy("datetime64[s]"), unit="h")  # in UTC
    hour = pd.Series(hours, flights.index, dtype=object)
    ids: pd.Series = hour + "Z-" + flights["carrier"] + "-" + flights["flight"].astype(str) + "-" + flights["origin"]
    return ids


def label(flights: pd.DataFrame) -> pd.Series:
    """What became of flights: the target, for training and for monitoring alike.

    Args:
        flights: `RawFlights`.

    Returns:
        Whether each was late; null where that is not known, as of cancelled and diverted flights.
    """
    return (flights["arr_delay"] > LATE_AFTER).astype("boolean").where(flights["arr_delay"].notna())
