"""Estimators made from parameters: any scikit-learn compatible class, by its dotted path."""

import inspect
from difflib import get_close_matches
from pkgutil import resolve_name
from typing import Any, NamedTuple

import pandas as pd
from pydantic import BaseModel, Field, model_validator
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline, make_pipeline


class Component(BaseModel, extra="forbid", frozen=True):
    """A class, by its dotted path, and the options to make it with."""

    class_path: str = Field(alias="class")
    options: dict[str, Any] = {}

    @model_validator(mode="after")
    def _exists_and_takes_its_options(self) -> "Component":
        try:
            known = inspect.signature(resolve_name(self.class_path)).parameters
        except (ImportError, AttributeError, ValueError) as error:
            msg = f"class {self.class_path} cannot be imported: {error}"
            raise ValueError(msg) from error
        for option in self.options:
            if option not in known and not any(p.kind is p.VAR_KEYWORD for p in known.values()):
                near = get_close_matches(option, known) or sorted(known)
                msg = f"{self.class_path} has no option '{option}'; did you mean {' or '.join(near)}?"
                raise ValueError(msg)
        return self

    def build(self, *args: Any, **defaults: Any) -> Any:
        """Makes the object.

        Args:
            *args: Arguments that come before the options.
            **defaults: Options that hold where the class knows them and the parameters do not set them.
        """
        factory = resolve_name(self.class_path)
        options = inspect.signature(factory).parameters
        known = {name for name, option in options.items() if option.default != "deprecated"}
        if "shuffle" in known and not self.options.get("shuffle", options["shuffle"].default):
            known.discard("random_state")  # scikit-learn refuses a seed where nothing is drawn
        return factory(*args, **{name: value for name, value in defaults.items() if name in known} | self.options)


class Candidate(BaseModel, extra="forbid", frozen=True):
    """An algorithm: how it wants its columns prepared, and which settings are tried.

    Attributes:
        estimator: A scikit-learn classifier or regressor.
        numeric: Transformers of numeric columns, in order; none leaves them as they are.
        categorical: Transformers of all other columns, in order; none leaves the columns out.
        space: Values to try for each option of the estimator.
    """

    estimator: Component
    numeric: list[Component] = []
    categorical: list[Component] = []
    space: dict[str, list[Any]] = {}


class TrainedModel(NamedTuple):
    """A fitted pipeline with a few rows of features that it takes."""

    estimator: Pipeline
    example: pd.DataFrame


def build_estimator(candidate: Candidate, features: pd.DataFrame, seed: int) -> Pipeline:
    """Makes the untrained pipeline of a candidate: columns prepared by kind, then the estimator.

    Args:
        candidate: What to make.
        features: Only its columns and their types are looked at.
        seed: For each part that takes a `random_state`.

    Returns:
        A pipeline with the steps `columns` and `estimator`.
    """
    numeric = list(features.select_dtypes(["number", "bool"]).columns)
    categorical = [column for column in features.columns if column not in numeric]
    parts: list[tuple[str, Any, list[str]]] = [
        ("numeric", _in_order(candidate.numeric, seed) if candidate.numeric else "passthrough", numeric),
        ("categorical", _in_order(candidate.categorical, seed) if candidate.categorical else "drop", categorical),
    ]
    columns = ColumnTransformer([part for part in parts if part[2]], verbose_feature_names_out=False)
    return Pipeline([("columns", columns), ("estimator", candidate.estimator.build(random_state=seed))])


def _in_order(components: list[Any], seed: int) -> BaseEstimator:
    return make_pipeline(*(component.build(random_state=seed) for component in components))
