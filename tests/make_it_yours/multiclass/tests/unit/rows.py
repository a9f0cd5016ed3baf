"""A few hundred real rows."""

import pandas as pd
from conftest import DATA


def wines() -> pd.DataFrame:
    """Wines, as they are recorded."""
    return pd.read_parquet(DATA / "wines.parquet")
