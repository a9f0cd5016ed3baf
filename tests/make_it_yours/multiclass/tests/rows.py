"""A few hundred real rows."""

import pandas as pd
from conftest import DATA

from wine_cultivars.features import compute_features, identify


def wines() -> pd.DataFrame:
    """Wines, as they are recorded."""
    return pd.read_parquet(DATA / "wines.parquet")


def arrivals() -> dict[str, pd.DataFrame]:
    """Files of `data/incoming`, by name: raw rows that wait to be scored."""
    return {"wines": wines()}


def reference() -> None:
    """They bring all that is needed."""


def computed() -> pd.DataFrame:
    """Their features as training computes them, by the key that `identify` gives."""
    return compute_features(wines()).set_axis(identify(wines()))
