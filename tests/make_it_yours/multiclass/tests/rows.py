"""A few hundred real rows."""

import pandas as pd
from kedro_modelops.testing.project import DATA


def wines() -> pd.DataFrame:
    """As they are recorded."""
    return pd.read_parquet(DATA / "wines.parquet")
