"""A few hundred real rows."""

import pandas as pd
from conftest import DATA

from diabetes_progression.features import compute_features, identify


def patients() -> pd.DataFrame:
    """Patients, as they are recorded."""
    return pd.read_parquet(DATA / "patients.parquet")


def arrivals() -> dict[str, pd.DataFrame]:
    """Files of `data/incoming`, by name: raw rows that wait to be scored."""
    return {"patients": patients()}


def reference() -> None:
    """They bring all that is needed."""


def computed() -> pd.DataFrame:
    """Their features as training computes them, by the key that `identify` gives."""
    return compute_features(patients()).set_axis(identify(patients()))
