"""Small tables, and what they are taken for."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from kedro_modelops.adoption.proposing.proposal import Proposal
from kedro_modelops.adoption.proposing.roles import propose
from kedro_modelops.adoption.proposing.wishes import Wishes
from kedro_modelops.adoption.tables import Source

ROWS = 400


def customers(rows: int = ROWS) -> pd.DataFrame:
    """With an id, a name, an e-mail address, and a column that is known only later."""
    draw = np.random.default_rng(0)
    age, fee = draw.integers(18, 90, rows), draw.gamma(3, 15, rows).round(2)
    churned = draw.random(rows) < 1 / (1 + np.exp(-(age - 50) / 10))
    return pd.DataFrame(
        {
            "customer_id": [f"C{number:05d}" for number in range(rows)],
            "full name": draw.choice(["Anna Müller", "Björn Ångström", "Clara O'Hara"], rows),
            "mail": [f"person{number}@example.org" for number in range(rows)],
            "age": age,
            "monthly fee": fee,
            "class": draw.choice(["gold", "silver"], rows),
            "country": "DE",
            "notes": [f"{number} said something" for number in range(rows)],
            "days until end": np.where(churned, draw.integers(1, 30, rows), np.nan),
            "churned": np.where(churned, "yes", "no"),
        }
    )


def taken(table: pd.DataFrame, units: Mapping[str, str] | None = None, **wishes: Any) -> Proposal:
    """What a table is taken for."""
    return propose(Source(table, "rows", "rows.csv", "cells", {}, units=units or {}), Wishes(**wishes))
