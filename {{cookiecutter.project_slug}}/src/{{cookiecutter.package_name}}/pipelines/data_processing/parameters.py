"""Parameters of the data_processing pipeline."""

import pandas as pd
from pydantic import BaseModel, Field, ValidationInfo, field_validator, model_validator

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
    """Which months train the model, and which later ones judge it."""

    train: Window
    test: Window

    @field_validator("test")
    @classmethod
    def _comes_after_training(cls, test: Window, info: ValidationInfo) -> Window:
        train = info.data.get("train")
        if train and test.first <= train.last:
            msg = f"testing begins in {test.first}, but training ends in {train.last}: test on months that come after"
            raise ValueError(msg)
        return test
