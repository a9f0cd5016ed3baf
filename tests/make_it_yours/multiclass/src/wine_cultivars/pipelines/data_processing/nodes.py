"""From wines to a training and a test set."""

import pandas as pd
from sklearn.model_selection import train_test_split

from ...features import compute_features, identify, label
from ...schemas import Features
from .parameters import Split

STRONG = 13.0
"""Per cent of alcohol."""


def build_features(wines_raw: pd.DataFrame) -> pd.DataFrame:
    """Computes features, key, strength and target.

    Args:
        wines_raw: `RawWines`.

    Returns:
        `ModelInput`.
    """
    return compute_features(wines_raw).assign(
        wine=identify(wines_raw),
        strength=(wines_raw["alcohol"] > STRONG).map({True: "strong", False: "light"}),
        cultivar=label(wines_raw),
    )


def split_train_test(features: pd.DataFrame, split: Split) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draws the test set; each cultivar has the same share in both sets.

    Args:
        features: `ModelInput`.
        split: How many rows, and by which seed.

    Returns:
        Training set and test set, both `ModelInput`.
    """
    train, test = train_test_split(
        features, test_size=split.test_share, random_state=split.seed, stratify=features["cultivar"]
    )
    return train.reset_index(drop=True), test.reset_index(drop=True)


def sample_requests(wines_raw: pd.DataFrame) -> pd.DataFrame:
    """Takes some wines as callers will send them.

    Args:
        wines_raw: `RawWines`.

    Returns:
        Rows of `Features`, always the same ones.
    """
    return wines_raw.head(20)[list(Features.to_schema().columns)]
