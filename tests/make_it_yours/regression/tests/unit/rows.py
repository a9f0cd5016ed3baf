"""A few hundred real rows."""

import pandas as pd
from conftest import DATA


def patients() -> pd.DataFrame:
    """Patients, as they are recorded."""
    return pd.read_parquet(DATA / "patients.parquet")
