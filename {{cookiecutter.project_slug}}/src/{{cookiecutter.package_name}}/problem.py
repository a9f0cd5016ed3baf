"""What is predicted: the roles that columns of the model's input play."""

import pandas as pd
from pydantic import BaseModel


class Problem(BaseModel, extra="forbid", frozen=True):
    """Roles of columns; every other column of the model's input is a feature.

    Attributes:
        target: What is predicted.
        key: Identifies a row.
        time: When a row became known; orders cross-validation and separates test from training. None where time plays
            no part.
        carried: Columns that are kept for slices and fairness, but that the model must not see.
    """

    target: str
    key: str
    time: str | None = None
    carried: tuple[str, ...] = ()

    def features(self, table: pd.DataFrame) -> pd.DataFrame:
        """The columns of `table` that the model sees, in the table's order."""
        return table.drop(
            columns=[self.target, self.key, *self.carried, *([self.time] if self.time else [])], errors="ignore"
        )

    def in_time_order(self, table: pd.DataFrame) -> pd.DataFrame:
        """The rows from the oldest to the newest, ties in the order of keys; as they are where time plays no part."""
        return table.sort_values([self.time, self.key], ignore_index=True) if self.time else table
