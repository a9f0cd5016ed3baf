"""Estimators made from parameters: any scikit-learn compatible class, by its dotted path."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Annotated, Any, NamedTuple

import pandas as pd
from pydantic import BaseModel, Field
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline, make_pipeline

from kedro_modelops.errors import RefusedError
from kedro_modelops.models.components import Estimator, Transformer, like_default
from kedro_modelops.models.unstructured import TextImputer
from kedro_modelops.roles import Roles

ESTIMATOR = "estimator__"
"""What parameters of a pipeline's last step begin with."""


class Candidate(BaseModel, extra="forbid", frozen=True):
    """An algorithm: how it wants its columns prepared, and which settings are tried.

    Attributes:
        estimator: A scikit-learn classifier or regressor.
        numeric: Transformers of numeric columns, in order; none leaves them as they are.
        categorical: Transformers of all other columns, in order; none leaves the columns out.
        text: Transformers of each column of free text, in order; the first takes its texts, without nulls, such as
            `sklearn.feature_extraction.text.TfidfVectorizer`. None leaves the columns out.
        space: Values to try for each option of the estimator, or for each parameter of the whole pipeline, such as
            `columns__numeric__simpleimputer__strategy`.
    """

    estimator: Estimator
    numeric: list[Transformer] = []
    categorical: list[Transformer] = []
    text: list[Transformer] = []
    space: dict[str, Annotated[list[Any], Field(min_length=1)]] = {}


class TrainedModel(NamedTuple):
    """A fitted pipeline with a few rows of features that it takes."""

    estimator: Pipeline
    example: pd.DataFrame


def build_estimator(candidate: Candidate, features: pd.DataFrame, seed: int, text: Sequence[str] = ()) -> Pipeline:
    """Makes the untrained pipeline of a candidate: columns prepared by kind, then the estimator.

    Args:
        candidate: What to make.
        features: Only its columns and their types are looked at.
        seed: For each part that takes a `random_state`.
        text: Columns of free text, as `Roles.text` names them.

    Returns:
        A pipeline with the steps `columns` and `estimator`.
    """
    numeric = list(features.select_dtypes(["number", "bool"]).columns)
    categorical = [column for column in features.columns if column not in {*numeric, *text}]
    texts = [column for column in features.columns if column in text]
    parts: list[tuple[str, Any, Any]] = [
        ("numeric", _in_order(candidate.numeric, seed) if candidate.numeric else "passthrough", numeric),
        ("categorical", _in_order(candidate.categorical, seed) if candidate.categorical else "drop", categorical),
        *((f"text_{column}", _of_text(candidate.text, seed), column) for column in texts),
    ]
    # Words of a text may be called like another column: then names say which transformer they come from.
    columns = ColumnTransformer([part for part in parts if part[2]], verbose_feature_names_out=bool(texts))
    return Pipeline([("columns", columns), ("estimator", candidate.estimator.build(random_state=seed))])


def fit_arguments(table: pd.DataFrame, problem: Roles) -> dict[str, pd.Series]:
    """What the `fit` of a pipeline is told besides features and target: how much each row of a table counts."""
    return {f"{ESTIMATOR}sample_weight": table[problem.weight]} if problem.weight else {}


def space_of(candidate: Candidate, estimator: Pipeline) -> dict[str, list[Any]]:
    """The space of a candidate, by the names that parameters have in its pipeline.

    Raises:
        RefusedError: If neither the estimator nor the pipeline has a parameter of that name.
    """
    before = estimator.get_params()
    named = {pipeline_name(option, estimator): values for option, values in candidate.space.items()}
    return {name: [like_default(value, before[name]) for value in values] for name, values in named.items()}


def pipeline_name(option: str, estimator: Pipeline) -> str:
    """The name in a pipeline of an option of its estimator, or of a parameter of the whole pipeline.

    Raises:
        RefusedError: If there is none.
    """
    known = estimator.get_params()
    for name in (f"{ESTIMATOR}{option}", option):
        if name in known:
            return name
    names = [name.removeprefix(ESTIMATOR) for name in known if "__" in name]
    near = get_close_matches(option, names) or sorted(name for name in names if name.endswith(f"__{option}"))
    near = near or sorted(name for name in names if "__" not in name)
    msg = f"space: there is no option '{option}'; did you mean {' or '.join(near)}?"
    raise RefusedError(msg)


def _of_text(components: list[Any], seed: int) -> Any:
    if not components:
        return "drop"
    return make_pipeline(TextImputer(), *(component.build(random_state=seed) for component in components))


def _in_order(components: list[Any], seed: int) -> BaseEstimator:
    return make_pipeline(*(component.build(random_state=seed) for component in components))
