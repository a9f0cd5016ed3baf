"""What became of rows that have arrived."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd

from kedro_modelops.contracts.row_keys import check_keys
from kedro_modelops.errors import RefusedError
from kedro_modelops.predictions.row_claims import stated
from kedro_modelops.predictions.rows_by_key import RowsByKey
from kedro_modelops.problem import load_problem
from kedro_modelops.roles import ONE_OUTPUT


def label_months(arrived: dict[str, Callable[[], pd.DataFrame]]) -> dict[str, Callable[[], pd.Series]]:
    """Finds what really happened, by the keys under which predictions are kept.

    Args:
        arrived: Rows by month, with what is known only after the event.

    Returns:
        Outcomes by month, indexed by key; null where they are not known yet. A month is loaded when it is asked for,
        and refused (RefusedError) if its keys do not follow from its rows, or stand for other rows of a former one, or
        if a row has several outcomes.
    """
    known = RowsByKey()
    return {month: partial(_outcomes, month, load, known) for month, load in arrived.items()}


def _outcomes(month: str, load: Callable[[], pd.DataFrame], known: RowsByKey) -> pd.Series:
    rows = load()
    problem = load_problem()
    keys = check_keys(problem.identify, rows)
    known.add(month, keys, stated(rows))
    outcomes: Any = problem.label(rows)  # a function of the team, whatever its annotation says
    if isinstance(outcomes, pd.DataFrame):
        msg = f"label (features.py) answers with the columns {', '.join(map(str, outcomes))}, but {ONE_OUTPUT}"
        raise RefusedError(msg)
    by_key: pd.Series = outcomes.set_axis(keys)
    return by_key
