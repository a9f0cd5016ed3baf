"""Features: the same functions in training, in batch scoring and for online requests."""

import pandas as pd
from kedro_modelops.contracts.row_keys import key_from_content

from .schemas import Features

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


def identify(wines: pd.DataFrame) -> pd.Series:
    """A key for each wine, made of what was measured: nobody gave it a name."""
    return key_from_content(wines, Features.to_schema().columns)


def label(wines: pd.DataFrame) -> pd.Series:
    """Their cultivars: the target, for training and for monitoring alike."""
    return wines["target"].map(CULTIVAR)
