"""What is predicted: the roles that columns of the model's input play."""

from typing import Any

import pandas as pd
from pydantic import BaseModel, field_validator

ONE_OUTPUT = (
    "a model has one output. Let each target be a problem of its own, in a project of its own: "
    "kedro-modelops/docs/two-models.md"
)


class Roles(BaseModel, extra="forbid", frozen=True):
    """Roles of columns; every other column of the model's input is a feature.

    Attributes:
        target: What is predicted.
        key: Identifies a row.
        time: When a row became known; orders cross-validation and separates test from training. None where time plays
            no part.
        group: What a row is about, such as a patient who comes again. Rows of one group are not divided, neither
            between training and test nor in the cross-validation. None where each row stands for itself.
        weight: How much a row counts when a model is fitted; metrics count each row once. None where all count alike.
        carried: Columns that are kept for slices and fairness, but that the model must not see.
        text: Features of free text, or of images encoded as text. Each value stands for itself: none is a category.
    """

    target: str
    key: str
    time: str | None = None
    group: str | None = None
    weight: str | None = None
    carried: tuple[str, ...] = ()
    text: tuple[str, ...] = ()

    @field_validator("target", mode="before")
    @classmethod
    def _is_one(cls, target: Any) -> Any:
        if isinstance(target, list | tuple):
            names = " and ".join(map(str, target))
            msg = f"problem.target (conf/base/parameters_data_processing.yml) names {names}, but {ONE_OUTPUT}"
            raise ValueError(msg)  # noqa: TRY004  (pydantic reports no other error)
        return target

    def features(self, table: pd.DataFrame) -> pd.DataFrame:
        """The columns of `table` that the model sees, in the table's order."""
        roles = [name for name in (self.target, self.key, self.time, self.group, self.weight, *self.carried) if name]
        return table.drop(columns=roles, errors="ignore")

    def measured(self, table: pd.DataFrame) -> pd.DataFrame:
        """The features as their distributions can be compared: in place of free text its length in characters."""
        found = self.features(table)
        lengths = {name: found[name].astype(object).str.len().astype(float) for name in self.text}
        return found.assign(**lengths)

    def groups(self, table: pd.DataFrame) -> pd.Series | None:
        """The group of each row; None where there are none."""
        return table[self.group] if self.group else None

    def in_time_order(self, table: pd.DataFrame) -> pd.DataFrame:
        """The rows from the oldest to the newest, ties in the order of keys; as they are where time plays no part."""
        return table.sort_values([self.time, self.key], ignore_index=True) if self.time else table
