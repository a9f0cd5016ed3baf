"""From patients to a training and a test set."""

import pandas as pd
from sklearn.model_selection import train_test_split

from ...features import compute_features, identify, label
from ...schemas import Patient
from .parameters import Split


def build_features(patients_raw: pd.DataFrame) -> pd.DataFrame:
    """Computes features, key and target.

    Args:
        patients_raw: `RawPatients`.

    Returns:
        `ModelInput`.
    """
    return compute_features(patients_raw).assign(patient=identify(patients_raw), progression=label(patients_raw))


def split_train_test(features: pd.DataFrame, split: Split) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draws the test set.

    Args:
        features: `ModelInput`.
        split: How many rows, and by which seed.

    Returns:
        Training set and test set, both `ModelInput`.
    """
    train, test = train_test_split(features, test_size=split.test_share, random_state=split.seed)
    return train.reset_index(drop=True), test.reset_index(drop=True)


def sample_requests(patients_raw: pd.DataFrame) -> pd.DataFrame:
    """Takes some patients as callers will send them.

    Args:
        patients_raw: `RawPatients`.

    Returns:
        Rows of `Patient`, always the same ones.
    """
    return patients_raw.head(20)[list(Patient.to_schema().columns)]
