"""Features: the same functions in training, in batch scoring and for online requests."""

import pandas as pd
from kedro_modelops.contracts.row_keys import key_from_content

from .schemas import Features, Patient

NAMES = {"bp": "blood_pressure", "s2": "ldl", "s3": "hdl", "s5": "log_triglycerides", "s6": "glucose"}


def compute_features(patients: pd.DataFrame) -> pd.DataFrame:
    """Gives the measurements of patients names that people know; leaves out what follows from the others.

    Args:
        patients: One row a patient, with the columns of `Patient`. Further columns are ignored.

    Returns:
        One row a patient, in the same order and with the same index; the columns of `Features`.

    Raises:
        KeyError: If a column is missing.
    """
    measured = patients[list(Patient.to_schema().columns)].rename(columns=NAMES)
    return measured.assign(sex=measured["sex"].astype(int).astype(str))[list(Features.to_schema().columns)]


def identify(patients: pd.DataFrame) -> pd.Series:
    """A key for each patient, made of what was measured: nobody gave it a name."""
    return key_from_content(patients, Patient.to_schema().columns)


def label(patients: pd.DataFrame) -> pd.Series:
    """How far the disease had come a year later: the target, for training and for monitoring alike."""
    return patients["target"]
