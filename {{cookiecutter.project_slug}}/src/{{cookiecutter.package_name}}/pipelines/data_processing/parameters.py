"""Parameters of the data_processing pipeline."""

from collections.abc import Collection
from typing import Literal

import pandas as pd
from kedro_modelops.errors import RefusedError
from pydantic import BaseModel, Field, PositiveInt, model_validator

Month = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="A calendar month, such as 2013-09")


class Window(BaseModel, extra="forbid", frozen=True):
    """Calendar months, from the first to the last, both included."""

    first: str = Month
    last: str = Month

    @model_validator(mode="after")
    def _runs_forward(self) -> "Window":
        if self.first > self.last:
            msg = f"first ({self.first}) is after last ({self.last})"
            raise ValueError(msg)
        return self

    @property
    def months(self) -> list[str]:
        """Names of the months, which are names of partitions too."""
        return [str(month) for month in pd.period_range(self.first, self.last, freq="M")]


class Split(BaseModel, extra="forbid", frozen=True):
    """Which months train the model, and which later ones judge it.

    Attributes:
        window: `expanding` (the newest months test, all before them train), `rolling` (the newest test, so many before
            them train) or `listed` (`train` and `test` say it).
        test_months: How many test, unless they are listed.
        train_months: How many train in a rolling window.
        train: Months that train, if they are listed.
        test: Months that test, if they are listed.
        max_rows: How many rows each set has at most, drawn evenly by month, where memory does not hold all; None: all.
    """

    window: Literal["expanding", "rolling", "listed"] = "listed"
    test_months: PositiveInt = 2
    train_months: PositiveInt = 12
    train: Window | None = None
    test: Window | None = None
    max_rows: PositiveInt | None = None

    @model_validator(mode="after")
    def _tests_after_training(self) -> "Split":
        if self.window != "listed":
            return self
        if not self.train or not self.test:
            msg = "the window 'listed' needs train and test, each with first and last; or it is expanding or rolling"
            raise ValueError(msg)
        if self.test.first <= self.train.last:
            begins, ends = self.test.first, self.train.last
            msg = f"testing begins in {begins}, but training ends in {ends}: test on months that come after"
            raise ValueError(msg)
        return self

    def months(self, known: Collection[str]) -> tuple[list[str], list[str]]:
        """Months that train and months that test, in their order, of those that are `known` or should be."""
        if self.window == "listed" and self.train and self.test:
            return self.train.months, self.test.months
        every = Window(first=min(known), last=max(known)).months
        wanted = self.train_months if self.window == "rolling" else max(len(every) - self.test_months, 1)
        if wanted + self.test_months > len(every):
            msg = (
                f"split asks for {wanted} months to train and {self.test_months} to test, and there are {len(every)}: "
                "add months, or ask for fewer by split.train_months and split.test_months"
            )
            raise RefusedError(msg)
        return every[-wanted - self.test_months : -self.test_months], every[-self.test_months :]
