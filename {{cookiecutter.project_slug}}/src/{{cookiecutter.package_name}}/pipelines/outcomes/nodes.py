"""What became of rows that have arrived."""

from collections.abc import Callable
from functools import partial

import pandas as pd

from ...features import identify, label


def label_months(arrived: dict[str, Callable[[], pd.DataFrame]]) -> dict[str, Callable[[], pd.Series]]:
    """Finds what really happened, by the keys under which predictions are kept.

    Args:
        arrived: Rows by month, with what is known only after the event.

    Returns:
        Outcomes by month, indexed by key; null where they are not known yet. A month is loaded when it is asked for.
    """
    return {month: partial(_outcomes, load) for month, load in arrived.items()}


def _outcomes(load: Callable[[], pd.DataFrame]) -> pd.Series:
    rows = load()
    return label(rows).set_axis(identify(rows))
