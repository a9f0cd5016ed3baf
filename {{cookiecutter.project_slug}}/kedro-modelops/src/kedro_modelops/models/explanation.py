"""Explains one answer of a model: what it saw, what it made of it, and what each feature contributed."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from kedro_modelops.errors import RefusedError
from kedro_modelops.models.class_paths import import_named
from kedro_modelops.project_settings import team_package

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

DRAWS = 200


class Explanation(NamedTuple):
    """An answer and what led to it.

    Attributes:
        answer: What the score is of: a class, or `prediction`.
        score: Probability of the class (1 or 0 where the model only names one), or the prediction of a regression.
        usual: Mean score of the rows that the row is compared with.
        contributions: What each feature adds to `usual`; together they make `score`.
        transformed: What the estimator gets, by name.
    """

    answer: str
    score: float
    usual: float
    contributions: pd.Series
    transformed: dict[str, Any]


def raw_record(data: Any, keys: str, key: str) -> dict[str, Any]:
    """The record that a row was made from.

    Args:
        data: A table, or functions that load tables, by name.
        keys: Dotted path of the function that gives the rows of such a table their keys.
        key: Which one.

    Returns:
        Its fields; none if no table has it any more.

    Raises:
        RefusedError: If the function is none of this project.
    """
    identify = _function(keys)
    for load in data.values() if isinstance(data, dict) else [lambda: data]:
        table = load()
        found = table[identify(table).astype(str) == key]
        if len(found):
            return dict(found.iloc[0])
    return {}


def _function(path: str) -> Callable[[pd.DataFrame], pd.Series]:
    try:
        found: Callable[[pd.DataFrame], pd.Series] = import_named(
            path, [team_package()], "it has to be a function of yours"
        )
    except ValueError as error:
        msg = f"raw_record.key (conf/base/parameters_registration.yml): {error}"
        raise RefusedError(msg) from error
    return found


def explain(model: "Pipeline", row: pd.DataFrame, background: pd.DataFrame, seed: int) -> Explanation:
    """Explains the answer to one row of features.

    A feature's contribution is its Shapley value, sampled: from a drawn row of `background` to `row`, features are
    changed one after the other, in a drawn order, and what the score changes by is theirs (Štrumbelj and Kononenko,
    Explaining prediction models and individual predictions with feature contributions, 2014).

    Args:
        model: A fitted pipeline.
        row: One row of features.
        background: Rows to compare with, such as the training set's features.
        seed: Of the draws.

    Returns:
        The explanation; the sum of its contributions and of `usual` is the score.
    """
    answer, score = _score(model, row)
    rng, columns = np.random.default_rng(seed), list(row.columns)
    starts = background[columns].sample(DRAWS, replace=True, random_state=seed)
    orders = np.array([rng.permutation(len(columns)) for _ in range(DRAWS)])
    steps = [starts]
    for step in range(len(columns)):
        values, before = row.iloc[0], steps[-1]
        changed = {name: before[name].where(orders[:, step] != i, values[name]) for i, name in enumerate(columns)}
        steps.append(pd.DataFrame(changed).astype(row.dtypes))
    scores = score(pd.concat(steps, ignore_index=True)).reshape(len(steps), DRAWS)
    gains = np.zeros((DRAWS, len(columns)))
    np.put_along_axis(gains, orders, np.diff(scores, axis=0).T, axis=1)
    contributions = pd.Series(gains.mean(axis=0), index=columns).sort_values(key=abs, ascending=False)
    return Explanation(answer, float(score(row)[0]), float(scores[0].mean()), contributions, _transformed(model, row))


def _score(model: "Pipeline", row: pd.DataFrame) -> tuple[str, Callable[[pd.DataFrame], np.ndarray]]:
    from kedro_modelops.models.scoring import answers  # noqa: PLC0415  (two seconds, which other commands of the registry do not wait)

    if not hasattr(model, "classes_"):
        return "prediction", lambda rows: np.asarray(model.predict(rows), dtype=float)
    chosen = 1 if len(model.classes_) == 2 else int(answers(model, row).argmax())  # noqa: PLR2004
    return str(model.classes_[chosen]), lambda rows: answers(model, rows)[:, chosen]


def _transformed(model: "Pipeline", row: pd.DataFrame) -> dict[str, Any]:
    """What the estimator gets; columns that are zero, such as those of other categories, are left out."""
    prepare = model[:-1]
    made = prepare.transform(row)
    values = np.asarray(made.toarray() if hasattr(made, "toarray") else made).ravel()
    return {name: value for name, value in zip(prepare.get_feature_names_out(), values, strict=True) if value != 0}
