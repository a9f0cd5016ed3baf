"""Parameters of the training pipeline: algorithms, search, cross-validation and seed."""

from typing import Any, Self

from pydantic import BaseModel, Field, ModelWrapValidatorHandler, NonNegativeInt, model_validator

from kedro_modelops.models.class_paths import allow_packages, allowed_packages
from kedro_modelops.models.components import Search, Splitter
from kedro_modelops.models.estimators import Candidate
from kedro_modelops.models.scorers import ScorerName


class Training(BaseModel, extra="forbid", frozen=True):
    """What is tried, how it is compared, and from which seed.

    Attributes:
        packages: From which classes may come: no path leads elsewhere. Runs and dispatches cannot change it.
        seed: Given to each component that takes a `random_state`.
        scoring: Name of the scorer that decides.
        search: A scikit-learn search, which takes an estimator and a space.
        cross_validation: A scikit-learn splitter; rows come in the order of time.
        candidates: Algorithms by the name under which they are reported.
    """

    packages: tuple[str, ...] = Field(default=("sklearn",), min_length=1)
    seed: NonNegativeInt
    scoring: ScorerName
    search: Search
    cross_validation: Splitter
    candidates: dict[str, Candidate] = Field(min_length=1)

    @model_validator(mode="wrap")
    @classmethod
    def _from_its_packages(cls, given: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        packages = given.get("packages") if isinstance(given, dict) else None
        with allow_packages(packages if isinstance(packages, list | tuple) else allowed_packages()):
            return validate(given)
