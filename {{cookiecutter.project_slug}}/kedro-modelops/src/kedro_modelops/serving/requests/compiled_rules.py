"""Rules of a contract, ready to be asked whether all rows keep them, without what pandera notes of other rows."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

Rows = pd.DataFrame | pd.Series


def compile_rule(check: pa.Check) -> Callable[[Rows], bool]:
    """Makes a function that says whether rows surely keep a rule; if it does not, pandera has to be asked.

    For a request that breaks nothing, asking pandera takes longer than the rules themselves.
    """
    if check.element_wise or check.groupby is not None:
        return lambda _: False
    rule = partial(check._check_fn, **check._check_kwargs)

    def is_kept(rows: Rows) -> bool:
        if isinstance(rows, pd.Series) and rows.hasnans:  # pandera leaves nulls out
            return False
        try:
            said = rule(rows)
        except Exception:  # of any kind: pandera's way tells whose fault it is
            return False
        return _is_true(said, len(rows))

    return is_kept


def _is_true(said: Any, count: int) -> bool:
    if isinstance(said, pd.Series):
        return len(said) == count and said.dtype == bool and bool(said.to_numpy().all())
    return isinstance(said, bool | np.bool_) and bool(said)
