"""Data contracts of a study of diabetes: Efron, Hastie, Johnstone, Tibshirani, Least Angle Regression, 2004.

`conf/base/catalog.yml` names a contract in a dataset's `validator:` key. A field's metadata say `known` (`before` the
answer is asked for, or `after`) and `pii` (does it identify a person). Only fields known before may become features.
"""

import pandas as pd
import pandera.pandas as pa
from kedro_modelops.contracts import Table
from pandera.typing import Series

BEFORE = {"known": "before", "pii": False}
AFTER = {"known": "after", "pii": False}


class Patient(Table):
    """Ten measurements of a patient at the baseline."""

    age: Series[float] = pa.Field(ge=18, le=100, metadata=BEFORE, description="Years")
    sex: Series[float] = pa.Field(isin=[1, 2], metadata=BEFORE, description="As the study coded it")
    bmi: Series[float] = pa.Field(ge=10, le=70, metadata=BEFORE, description="Body mass index, kg/m²")
    bp: Series[float] = pa.Field(ge=40, le=200, metadata=BEFORE, description="Mean blood pressure, mmHg")
    s1: Series[float] = pa.Field(ge=50, le=500, metadata=BEFORE, description="Total cholesterol, mg/dl")
    s2: Series[float] = pa.Field(ge=20, le=400, metadata=BEFORE, description="LDL, mg/dl")
    s3: Series[float] = pa.Field(ge=10, le=150, metadata=BEFORE, description="HDL, mg/dl")
    s4: Series[float] = pa.Field(ge=1, le=20, metadata=BEFORE, description="Total cholesterol over HDL")
    s5: Series[float] = pa.Field(ge=2, le=8, metadata=BEFORE, description="Logarithm of triglycerides")
    s6: Series[float] = pa.Field(ge=40, le=400, metadata=BEFORE, description="Blood sugar, mg/dl")

    @pa.dataframe_check(error="s4 is total cholesterol (s1) over HDL (s3)")
    def ratio_agrees(cls, patients: pd.DataFrame) -> pd.Series:
        """Cholesterol is in mg/dl in both; another unit gives another ratio."""
        return (patients["s1"] / patients["s3"] - patients["s4"]).abs() < 1


EXAMPLE = {
    "age": 59.0,
    "sex": 2.0,
    "bmi": 32.1,
    "bp": 101.0,
    "s1": 157.0,
    "s2": 93.2,
    "s3": 38.0,
    "s4": 4.0,
    "s5": 4.8598,
    "s6": 87.0,
}
"""A patient as the service takes one, for its documentation."""


class RawPatients(Patient):
    """One row a patient: the measurements, and how far the disease had come a year later (`target`)."""

    target: Series[float] = pa.Field(ge=0, le=400, metadata=AFTER)


class Features(Table):
    """What the model sees."""

    age: Series[float] = pa.Field(ge=18, le=100, metadata=BEFORE)
    sex: Series[str] = pa.Field(isin=["1", "2"], metadata=BEFORE)
    bmi: Series[float] = pa.Field(ge=10, le=70, metadata=BEFORE)
    blood_pressure: Series[float] = pa.Field(ge=40, le=200, metadata=BEFORE)
    ldl: Series[float] = pa.Field(ge=20, le=400, metadata=BEFORE)
    hdl: Series[float] = pa.Field(ge=10, le=150, metadata=BEFORE)
    log_triglycerides: Series[float] = pa.Field(ge=2, le=8, metadata=BEFORE)
    glucose: Series[float] = pa.Field(ge=40, le=400, metadata=BEFORE)


class ModelInput(Features):
    """Features with the patient's key and what became of the disease."""

    patient: Series[str] = pa.Field(unique=True, metadata=BEFORE)
    progression: Series[float] = pa.Field(ge=0, le=400, metadata=AFTER)


class Predictions(Table):
    """The progression that is expected of each patient; its bounds where the model gives intervals."""

    patient: Series[str] = pa.Field(unique=True, metadata=BEFORE)
    progression: Series[float] = pa.Field(ge=0, le=400, metadata=AFTER)
    prediction: Series[float] = pa.Field(ge=-100, le=500, metadata=BEFORE)
    lower: Series[float] | None = pa.Field(ge=-300, le=500, metadata=BEFORE)
    upper: Series[float] | None = pa.Field(ge=-100, le=700, metadata=BEFORE)
