"""Features: one function, used in training, in batch scoring and for online requests."""

import pandas as pd

from .schemas import HIGHEST_CREDIBLE_WIND, Features, minutes_after_midnight


def compute_features(flights: pd.DataFrame) -> pd.DataFrame:
    """Turns scheduled flights and the weather at their origin into what the model sees.

    Uses nothing that is known only after departure, so that a flight can be scored while it is still on the ground.

    Args:
        flights: One row a flight: `year`, `month`, `day`, `hour`, `minute`, `sched_arr_time` (local clock), `carrier`,
            `origin`, `dest`, `distance` (miles) and the columns of the hourly weather. Further columns are ignored.

    Returns:
        One row a flight, in the same order and with the same index; the columns of `Features`.

    Raises:
        KeyError: If a column is missing.
    """
    features = flights.assign(
        distance=flights["distance"].astype("float32"),
        departure_hour=(flights["hour"] + flights["minute"] / 60).astype("float32"),
        arrival_hour=(minutes_after_midnight(flights["sched_arr_time"]) / 60).astype("float32"),
        weekday=pd.to_datetime(flights[["year", "month", "day"]]).dt.dayofweek.astype("float32"),
        wind_speed=flights["wind_speed"].where(flights["wind_speed"] <= HIGHEST_CREDIBLE_WIND),
    )
    return features[list(Features.to_schema().columns)]
