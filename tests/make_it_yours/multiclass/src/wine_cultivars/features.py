"""Features: one function, used in training, in batch scoring and for online requests."""

import pandas as pd

from .schemas import Features


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
