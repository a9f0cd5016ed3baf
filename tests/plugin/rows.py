"""A few hundred real rows."""

from functools import cache

import pandas as pd
from flight_delays.pipelines.data_processing.nodes import build_features, index_weather
from flight_delays.schemas import Features
from kedro_modelops.testing.project import DATA


@cache
def months() -> dict[str, pd.DataFrame]:
    """Flights by month."""
    return {file.stem: pd.read_parquet(file) for file in sorted((DATA / "flights").glob("*.parquet"))}


@cache
def weather() -> pd.DataFrame:
    """The weather at the hours of these flights."""
    return pd.read_parquet(DATA / "weather.parquet")


@cache
def reference() -> pd.DataFrame:
    """The same, as flights look it up."""
    return index_weather(weather())


def arrivals() -> dict[str, pd.DataFrame]:
    """Files of `data/incoming`, by name: raw rows that wait to be scored."""
    return months()


def computed() -> pd.DataFrame:
    """Their features as training computes them, by the key that `identify` gives."""
    lazy = {month: flights.copy for month, flights in months().items()}
    tables = [load() for load in build_features(lazy, reference()).values()]
    return pd.concat(tables).set_index("flight_id")[list(Features.to_schema().columns)]
