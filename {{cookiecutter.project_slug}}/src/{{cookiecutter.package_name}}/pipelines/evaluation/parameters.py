"""Parameters of the evaluation pipeline."""

from difflib import get_close_matches

from pydantic import BaseModel, Field, PositiveInt, field_validator
from sklearn.metrics import get_scorer_names


class Slices(BaseModel, extra="forbid", frozen=True):
    """Where the primary metric is looked at: each value of each column that has at least `min_samples` rows."""

    columns: list[str] = []
    min_samples: PositiveInt


class Importance(BaseModel, extra="forbid", frozen=True):
    """How often each feature is shuffled, and on how many rows."""

    repeats: int = Field(ge=2)
    max_samples: PositiveInt


class Evaluation(BaseModel, extra="forbid", frozen=True):
    """What is measured.

    Attributes:
        metrics: What each scorer means to a reader, by its name in scikit-learn.
        slices: Where the primary metric is looked at.
        importance: How the features' importance is measured.
        profile_rows: How many rows of each set are kept with the model, for monitoring to compare with.
    """

    metrics: dict[str, str]
    slices: Slices
    importance: Importance
    profile_rows: PositiveInt = 5000

    @field_validator("metrics")
    @classmethod
    def _scorers_exist(cls, metrics: dict[str, str]) -> dict[str, str]:
        for name in metrics:
            if name not in get_scorer_names():
                near = get_close_matches(name, get_scorer_names()) or sorted(get_scorer_names())
                msg = f"'{name}' is no scikit-learn scorer; did you mean {' or '.join(near)}?"
                raise ValueError(msg)
        return metrics
