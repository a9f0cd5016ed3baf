"""Scorers by name: scikit-learn's, and functions of the team's own by their dotted paths."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from inspect import signature
from itertools import combinations
from typing import Annotated, Any, cast

import numpy as np
from pydantic import AfterValidator
from sklearn.metrics import (
    brier_score_loss,
    d2_brier_score,
    d2_log_loss_score,
    get_scorer,
    get_scorer_names,
    log_loss,
    make_scorer,
    roc_auc_score,
    top_k_accuracy_score,
)

from kedro_modelops.models.class_paths import import_named
from kedro_modelops.project_settings import team_package

Scorer = Callable[..., float]
"""From model, features and target to a number; higher is better. What it knows of a row is what the model answers."""
OF_ALL_CLASSES = {
    "d2_brier_score": d2_brier_score,
    "d2_log_loss_score": d2_log_loss_score,
    "neg_brier_score": brier_score_loss,
    "neg_log_loss": log_loss,
    "top_k_accuracy": top_k_accuracy_score,
}
"""Functions that have to be told of classes which no row has."""
AREAS = ("roc_auc_ovo", "roc_auc_ovo_weighted", "roc_auc_ovr", "roc_auc_ovr_weighted")
BINARY = 2


@dataclass(frozen=True)
class ClassScorer:
    """A scorer of probabilities that also judges rows which lack a class of the model, such as the newest of a table.

    scikit-learn's own refuse them. A loss counts what was said of all classes; an area under the curve is the mean over
    those classes, or pairs of classes, that the rows have: NaN if they have one.

    Attributes:
        name: Of scikit-learn's scorer, which is asked where no class is absent.
    """

    name: str

    def __call__(self, model: Any, features: Any, target: Any, sample_weight: Any = None) -> float:
        """The score; higher is better."""
        classes: Any = getattr(model, "classes_", ())
        if len(classes) <= BINARY or np.isin(classes, target).all():
            return float(get_scorer(self.name)(model, features, target, sample_weight=sample_weight))
        if self.name in AREAS:
            areas = list(self._areas(classes, model.predict_proba(features), np.asarray(target), sample_weight))
            if not areas:
                return float("nan")
            found, shares = zip(*areas, strict=True)
            return float(np.average(found, weights=shares if self.name.endswith("weighted") else None))
        options = {"greater_is_better": not self.name.startswith("neg_"), "response_method": "predict_proba"}
        scorer = make_scorer(OF_ALL_CLASSES[self.name], **options, labels=classes)
        return float(scorer(model, features, target, sample_weight=sample_weight))

    def _areas(
        self, classes: np.ndarray, chances: np.ndarray, target: np.ndarray, weights: Any
    ) -> Iterator[tuple[float, float]]:
        """Areas, and the share of the rows that each is about."""
        present = present_classes(classes, target)
        if "ovr" in self.name:
            for index in present if len(present) > 1 else ():
                hit = target == classes[index]
                yield roc_auc_score(hit, chances[:, index], sample_weight=weights), hit.mean()
            return
        for pair in combinations(present, 2):
            rows = np.isin(target, classes[list(pair)])
            both = [roc_auc_score(target[rows] == classes[index], chances[rows, index]) for index in pair]
            yield float(np.mean(both)), rows.mean()


def present_classes(classes: np.ndarray, target: Any) -> list[int]:
    """Places of those classes of a model that some row has."""
    return [index for index, name in enumerate(classes) if (target == name).any()]


def find_scorer(name: str) -> Scorer:
    """The scorer of this name; ValueError if there is none."""
    if "." not in name:
        known: Scorer = ClassScorer(name) if name in {*OF_ALL_CLASSES, *AREAS} else get_scorer(name)
        return known
    remedy = f"a scorer is one of scikit-learn's, or a function of model, features and target in {team_package()}"
    found = import_named(name, [team_package()], remedy)
    if not callable(found):
        msg = f"{name} is no function: {remedy}"
        raise ValueError(msg)  # noqa: TRY004  (pydantic reports no other error)
    return cast("Scorer", found)


def takes_weights(name: str) -> bool:
    """Whether rows may have weights: the argument `sample_weight`."""
    return "sample_weight" in signature(find_scorer(name)).parameters


def check_scorer(name: str) -> str:
    """The name, if there is such a scorer; ValueError, with those that are nearest, if not."""
    if "." in name:
        find_scorer(name)
    elif name not in get_scorer_names():
        near = get_close_matches(name, get_scorer_names()) or sorted(get_scorer_names())
        msg = f"'{name}' is no scikit-learn scorer; did you mean {' or '.join(near)}?"
        raise ValueError(msg)
    return name


ScorerName = Annotated[str, AfterValidator(check_scorer)]
