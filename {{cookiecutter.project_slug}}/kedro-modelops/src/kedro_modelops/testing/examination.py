"""What gates look at, put together anew whenever a part of it is spoiled."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import is_classifier
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if

from kedro_modelops.contracts.row_keys import hash_content
from kedro_modelops.gates import Champion, Evidence, Gates, Judgement
from kedro_modelops.models.intervals.asking import gives_intervals, predict_interval
from kedro_modelops.models.scoring import answers
from kedro_modelops.pipelines.evaluation.nodes import measure, measure_slices, predict_test_set
from kedro_modelops.pipelines.evaluation.parameters import Evaluation
from kedro_modelops.roles import Roles

Spoil = Callable[[pd.DataFrame, np.ndarray], np.ndarray]


class SpoiledModel:
    """A model to whose answers something has happened: probabilities, or the one column of a regression."""

    def __init__(self, model: Any, spoil: Spoil, width: float = 1) -> None:
        """Takes the model, what becomes of its answers to features, and by how much its intervals shrink."""
        self.model, self.spoil, self.width = model, spoil, width
        self.feature_names_in_ = model.feature_names_in_
        if hasattr(model, "classes_"):
            self.classes_ = model.classes_

    def __sklearn_tags__(self) -> Any:
        """What the model's are."""
        return get_tags(self.model)

    def fit(self) -> None:
        """Nothing is left to learn; scikit-learn tells estimators by this method."""

    def _answers(self, features: pd.DataFrame) -> np.ndarray:
        return self.spoil(features, answers(self.model, features))

    @available_if(lambda self: hasattr(self.model, "predict_proba"))  # type: ignore[untyped-decorator]
    def predict_proba(self, features: pd.DataFrame) -> np.ndarray:
        """Spoiled probabilities."""
        return self._answers(features)

    @available_if(lambda self: gives_intervals(self.model))  # type: ignore[untyped-decorator]
    def predict_interval(self, features: pd.DataFrame) -> np.ndarray:
        """Intervals, narrower around the spoiled numbers."""
        middle = self.predict(features).reshape(-1, 1)
        return np.asarray(middle + self.width * (predict_interval(self.model, features) - middle))

    def predict(self, features: pd.DataFrame) -> np.ndarray:
        """The likeliest class by the spoiled probabilities, or a spoiled number."""
        found = self._answers(features)
        return np.asarray(self.classes_[found.argmax(axis=1)] if hasattr(self, "classes_") else found[:, 0])


@dataclass(frozen=True, kw_only=True)
class Examination:
    """A model, what it is judged on, and by which settings.

    Attributes:
        model: A fitted pipeline.
        train_set: What it was fitted on.
        test_set: What it has not seen.
        roles: Roles of the columns.
        evaluation: What is measured.
        scoring: Name of the primary scorer.
        seed: For everything random.
        gates: The gates with their settings.
        lineage: What the model came from, by name.
        champion: The model that serves now.
    """

    model: Any
    train_set: pd.DataFrame
    test_set: pd.DataFrame
    roles: Roles
    evaluation: Evaluation
    scoring: str
    seed: int
    gates: Gates
    lineage: dict[str, str]
    champion: Champion | None = None

    def but(self, **changes: Any) -> Self:
        """The same with other parts."""
        return replace(self, **changes)

    def spoiled(self, spoil: Spoil) -> Self:
        """The same with a model to whose answers something happens."""
        return self.but(model=SpoiledModel(self.model, spoil))

    @cached_property
    def evidence(self) -> Evidence:
        """What the evaluation pipeline finds."""
        return Evidence(
            model=self.model,
            train_set=self.train_set,
            test_set=self.test_set,
            problem=self.roles,
            scoring=self.scoring,
            seed=self.seed,
            metrics=measure(self.model, self.train_set, self.test_set, self.roles, self.evaluation),
            slices=measure_slices(self.model, self.test_set, self.roles, self.evaluation, self.scoring),
            predictions=predict_test_set(self.model, self.test_set, self.roles),
            champion=self.champion,
            lineage=self.lineage,
        )

    def judge(self, gate: str) -> Judgement:
        """What one of the gates says."""
        found: Judgement = getattr(self.gates, gate).judge(self.evidence)
        return found

    @property
    def rows(self) -> pd.DataFrame:
        """Those of both sets."""
        return pd.concat([self.train_set, self.test_set], ignore_index=True)

    def look_up(self, values: pd.Series | np.ndarray) -> Callable[[pd.DataFrame], np.ndarray]:
        """Finds for features what is known of their row, by their content.

        Args:
            values: One for each of `rows`.

        Returns:
            A function from features to the values of their rows.
        """
        names = list(self.model.feature_names_in_)
        known = pd.Series(np.asarray(values), hash_content(self.rows[names]).to_numpy())
        known = known[~known.index.duplicated()]
        return lambda features: known.reindex(hash_content(features[names]).to_numpy()).to_numpy()

    @cached_property
    def right(self) -> Spoil:
        """What really happened, in place of the model's answers."""
        target = self.look_up(self.rows[self.roles.target])
        if not is_classifier(self.model):
            return lambda features, _: target(features).astype(float).reshape(-1, 1)
        return lambda features, _: (target(features).reshape(-1, 1) == self.model.classes_).astype(float)
