"""Parameters of the data_processing pipeline."""

from pydantic import BaseModel, Field, NonNegativeInt


class Split(BaseModel, extra="forbid", frozen=True):
    """Which share of the rows judges the model, and the seed by which they are drawn."""

    test_share: float = Field(gt=0, lt=1)
    seed: NonNegativeInt
