"""Which row each key stands for, in all tables of a run."""

import pandas as pd

from kedro_modelops.contracts.row_keys import REMEDY, hash_content
from kedro_modelops.errors import RefusedError


class RowsByKey:
    """Which row each key stands for, in tables that are looked at one after the other."""

    def __init__(self) -> None:
        """Knows none yet."""
        self._known: list[pd.DataFrame] = []

    def add(self, name: str, keys: pd.Series, rows: pd.DataFrame) -> None:
        """Looks at a table. A row may come again, in this table or in another, but not another row under its key.

        Args:
            name: Of the table, or of its file.
            keys: Of its rows.
            rows: What tells rows apart.

        Raises:
            RefusedError: If a key stands for two rows; it names both tables.
        """
        first = pd.DataFrame({"row": hash_content(rows).to_numpy(), "name": name}, index=keys.to_numpy())
        known = pd.concat([*self._known, first])
        known = known[~known.index.duplicated()]
        self._known = [known]
        before = known.loc[first.index]
        differs = (before["row"] != first["row"]).to_numpy()
        if differs.any():
            key, other = first.index[differs][0], before["name"][differs].iloc[0]
            shared = int(differs.sum())
            where = f"{name} holds" if other == name else f"{other} and {name} hold"
            msg = (
                f"{where} different rows under the same key ({shared:,} of them, the first is {key}): predictions "
                f"would share their ids, and outcomes would be joined to other rows. If they are different rows, "
                f"`identify` in features.py has to tell them apart: {REMEDY}. If one of them corrects the other, leave "
                "that one out"
            )
            raise RefusedError(msg)
