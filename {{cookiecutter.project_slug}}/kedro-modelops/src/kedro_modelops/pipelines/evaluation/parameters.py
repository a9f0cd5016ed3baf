"""Parameters of the evaluation pipeline."""

from pydantic import BaseModel, Field, PositiveInt

from kedro_modelops.extensions.section import TeamSection
from kedro_modelops.models.scorers import ScorerName


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
        metrics: What each scorer means to a reader, by name: see `scorers.py`.
        slices: Where the primary metric is looked at.
        importance: How the features' importance is measured.
        profile_rows: How many rows of each set are kept with the model, for monitoring to compare with.
        sections: Sections of the team's own in the report, by their titles.
    """

    metrics: dict[ScorerName, str]
    slices: Slices
    importance: Importance
    profile_rows: PositiveInt
    sections: dict[str, TeamSection] = {}
