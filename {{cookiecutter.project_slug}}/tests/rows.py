"""A few hundred real rows."""

from functools import cache

import pandas as pd
from kedro_modelops.testing.project import DATA

from {{cookiecutter.package_name}}.pipelines.data_processing.nodes import index_weather


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
