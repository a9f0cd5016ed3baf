"""Parameters of the training pipeline: algorithms, search, cross-validation and seed."""

from difflib import get_close_matches

from pydantic import BaseModel, Field, NonNegativeInt, field_validator
from sklearn.metrics import get_scorer_names

from ...estimators import Candidate, Component


class Training(BaseModel, extra="forbid", frozen=True):
    """What is tried, how it is compared, and from which seed.

    Attributes:
        seed: Given to each component that takes a `random_state`.
        scoring: Name of the scikit-learn scorer that decides.
        search: A scikit-learn search, which takes an estimator and a space.
        cross_validation: A scikit-learn splitter; rows come in the order of time.
        candidates: Algorithms by the name under which they are reported.
    """

    seed: NonNegativeInt
    scoring: str
    search: Component
    cross_validation: Component
    candidates: dict[str, Candidate] = Field(min_length=1)

    @field_validator("scoring")
    @classmethod
    def _scorer_exists(cls, scoring: str) -> str:
        if scoring not in get_scorer_names():
            near = get_close_matches(scoring, get_scorer_names()) or sorted(get_scorer_names())
            msg = f"'{scoring}' is no scikit-learn scorer; did you mean {' or '.join(near)}?"
            raise ValueError(msg)
        return scoring
