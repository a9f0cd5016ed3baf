"""Features: the same functions in training, in batch scoring and for online requests."""

import pandas as pd

from .schemas import Features, Request

NAMES = {"bp": "blood_pressure", "s2": "ldl", "s3": "hdl", "s5": "log_triglycerides", "s6": "glucose"}


def compute_features(patients: pd.DataFrame) -> pd.DataFrame:
    """Gives the measurements of patients names that people know; leaves out what follows from the others.

    Args:
        patients: One row a patient, with the columns of `Patient`.

    Returns:
        One row a patient, in the same order and with the same index; the columns of `Features`.

    Raises:
        KeyError: If a column is missing.
    """
    features = patients.rename(columns=NAMES).assign(sex=patients["sex"].astype(int).astype(str))
    return features[list(Features.to_schema().columns)]


def complete(patients: pd.DataFrame, _: None) -> pd.DataFrame:
    """Adds nothing: rows come with all that is known."""
    return patients


def identify(patients: pd.DataFrame) -> pd.Series:
    """A key for each patient, made of what was measured: nobody gave it a name."""
    measured = patients[list(Request.to_schema().columns)]
    return pd.util.hash_pandas_object(measured, index=False).astype(str)


def label(patients: pd.DataFrame) -> pd.Series:
    """How far the disease had come a year later: the target, for training and for monitoring alike."""
    return patients["target"]
