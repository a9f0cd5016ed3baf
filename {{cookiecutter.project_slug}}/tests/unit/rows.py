"""A few hundred real rows."""

from functools import cache

import pandas as pd
from conftest import DATA


@cache
def months() -> dict[str, pd.DataFrame]:
    """Flights by month."""
    return {file.stem: pd.read_parquet(file) for file in sorted((DATA / "flights").glob("*.parquet"))}


@cache
def weather() -> pd.DataFrame:
    """The weather at the hours of these flights."""
    return pd.read_parquet(DATA / "weather.parquet")
