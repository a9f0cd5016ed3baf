"""The few settings and rows on which a candidate is tried before the search."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import ParameterGrid

SETTINGS = 8


def sample_settings(space: Mapping[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """All settings of a small space; of a larger one some that have each of the first and of the last values."""
    grid = ParameterGrid(dict(space))
    if len(grid) <= SETTINGS:
        yield from grid
        return
    count = min(max(map(len, space.values())), SETTINGS)
    for step in np.linspace(0, 1, count):
        yield {name: values[round(step * (len(values) - 1))] for name, values in space.items()}


def sample_rows(target: pd.Series, most: int, seed: int, *, classify: bool) -> pd.Index:
    """Index of some rows, in their order; of a classification some of each class."""
    drawn = target.sample(frac=1, random_state=seed)
    if classify:
        drawn = drawn.groupby(drawn, observed=True, dropna=False).head(max(most // max(target.nunique(), 1), 5))
    return (drawn if classify else drawn.head(most)).sort_index().index
