"""A model's answers to some rows, kept so that it need not be asked again."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if

from kedro_modelops.models.intervals.asking import predict_interval
from kedro_modelops.models.scoring import Answers

METHODS = ("predict", "predict_proba")


class Recorded:
    """A model's answers to some rows, to be scored again and again on some of them: it is asked with row numbers."""

    def __init__(self, model: Any, features: pd.DataFrame) -> None:
        """Asks the model, once."""
        self._tags = get_tags(model)
        self.answers = {name: getattr(model, name)(features) for name in METHODS if hasattr(model, name)}
        if (intervals := predict_interval(model, features)) is not None:
            self.answers["predict_interval"] = intervals
        if hasattr(model, "classes_"):
            self.classes_ = model.classes_

    @classmethod
    def remember(cls, model: Any, said: Answers) -> "Recorded":
        """Answers that the model gave earlier."""
        recorded = cls.__new__(cls)
        recorded._tags = get_tags(model)
        chances = {} if said.probabilities is None else {"predict_proba": said.probabilities}
        intervals = {} if said.intervals is None else {"predict_interval": said.intervals}
        recorded.answers = {"predict": said.outputs} | chances | intervals
        if hasattr(model, "classes_"):
            recorded.classes_ = model.classes_
        return recorded

    def __sklearn_tags__(self) -> Any:
        """What the model's are: above all, classifier or regressor."""
        return self._tags

    def predict(self, rows: np.ndarray) -> np.ndarray:
        """The model's predictions for these rows."""
        return np.take(self.answers["predict"], rows)

    @available_if(lambda self: "predict_proba" in self.answers)  # type: ignore[untyped-decorator]
    def predict_proba(self, rows: np.ndarray) -> np.ndarray:
        """The model's probabilities for these rows."""
        return np.take(self.answers["predict_proba"], rows, axis=0)

    @available_if(lambda self: "predict_interval" in self.answers)  # type: ignore[untyped-decorator]
    def predict_interval(self, rows: np.ndarray) -> np.ndarray:
        """The model's intervals for these rows."""
        return np.take(self.answers["predict_interval"], rows, axis=0)
