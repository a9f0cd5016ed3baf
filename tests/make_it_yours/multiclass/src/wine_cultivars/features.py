"""Features: the same functions in training, in batch scoring and for online requests."""

import pandas as pd

from .schemas import Features, Request

CULTIVAR = {0: "Barolo", 1: "Grignolino", 2: "Barbera"}


def compute_features(wines: pd.DataFrame) -> pd.DataFrame:
    """Takes what was measured, as it is.

    Args:
        wines: One row a wine, with the columns of `Features`. Further columns are ignored.

    Returns:
        One row a wine, in the same order and with the same index; the columns of `Features`.

    Raises:
        KeyError: If a column is missing.
    """
    return wines[list(Features.to_schema().columns)]


def complete(wines: pd.DataFrame, _: None) -> pd.DataFrame:
    """Adds nothing: rows come with all that is known."""
    return wines


def identify(wines: pd.DataFrame) -> pd.Series:
    """A key for each wine, made of what was measured: nobody gave it a name."""
    measured = wines[list(Request.to_schema().columns)]
    return pd.util.hash_pandas_object(measured, index=False).astype(str)


def label(wines: pd.DataFrame) -> pd.Series:
    """Their cultivars: the target, for training and for monitoring alike."""
    return wines["target"].map(CULTIVAR)
