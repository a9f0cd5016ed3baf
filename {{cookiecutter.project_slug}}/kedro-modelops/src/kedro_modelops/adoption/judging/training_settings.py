"""What is tried on a table: candidates, scorer and cross-validation, as `parameters_training.yml` says them."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pandas as pd

from kedro_modelops.adoption.judging.folds import folds_of
from kedro_modelops.adoption.judging.model_input import SEED
from kedro_modelops.adoption.proposing.free_text import has_unspaced_script
from kedro_modelops.adoption.proposing.proposal import Proposal
from kedro_modelops.files.images import ImageRules

SMALL = 2_000
"""Rows up to which forests are tried and trees are kept small."""
SCORING = {"binary": "roc_auc", "multiclass": "roc_auc_ovr", "regression": "r2"}
METRICS = {
    "binary": {
        "roc_auc": "Chance that a row of the looked-for class is ranked above another; 0.5 is a coin, 1 is perfect",
        "average_precision": "Precision over all thresholds; the share of that class is what a coin reaches",
        "neg_brier_score": "Mean squared error of the probability; 0 is perfect",
        "neg_log_loss": "Surprise at what happened; 0 is perfect",
    },
    "multiclass": {
        "roc_auc_ovr": "Chance that a row of a class is ranked above one of another; 0.5 is a coin, 1 is perfect",
        "neg_log_loss": "Surprise at what happened; 0 is perfect",
        "balanced_accuracy": "Share of each class that is recognised, on average",
    },
    "regression": {
        "r2": "Share of the variance that is explained; 0 is what the mean reaches, 1 is perfect",
        "neg_mean_absolute_error": "How far a prediction is from what happened, on average; 0 is perfect",
        "neg_root_mean_squared_error": "The same, but large errors count more; 0 is perfect",
    },
}
ONE_HOT = {
    "class": "sklearn.preprocessing.OneHotEncoder",
    "options": {"handle_unknown": "infrequent_if_exist", "min_frequency": 10},
}
CODES = {
    "class": "sklearn.preprocessing.OrdinalEncoder",
    "options": {"handle_unknown": "use_encoded_value", "unknown_value": -1},
}

WORDS = {
    "class": "sklearn.feature_extraction.text.TfidfVectorizer",
    "options": {"max_features": 10_000, "sublinear_tf": True},
}
HASHES = {"class": "sklearn.feature_extraction.text.HashingVectorizer", "options": {"n_features": 4096}}
TOPICS = {"class": "sklearn.decomposition.TruncatedSVD", "options": {"n_components": 50}}
"""A few numbers for each text, as trees want them."""
CHARACTERS = {"analyzer": "char_wb", "ngram_range": [1, 2]}
"""In place of words, where some text has no spaces between them."""
MOST_PIXELS = 16
"""Of a side of an image, for a first model."""


def training_of(proposal: Proposal, train: pd.DataFrame) -> dict[str, Any]:
    """The key `training`."""
    return {
        "packages": ["sklearn"],
        "seed": SEED,
        "scoring": SCORING[proposal.kind],
        "search": {"class": "sklearn.model_selection.GridSearchCV", "options": {"n_jobs": -1}},
        "cross_validation": folds_of(proposal, train),
        "candidates": _candidates(proposal, len(train)),
    }


def training_of_sample(proposal: Proposal, train: pd.DataFrame, whole: dict[str, Any]) -> dict[str, Any]:
    """What `conf/ci` says otherwise: each candidate with one setting, and two folds."""
    spaces = quick_settings(whole)["candidates"]
    if "random_forest" in spaces:
        spaces["random_forest"]["estimator"] = {"options": {"n_estimators": 20}}
    folds = folds_of(proposal, train)
    changes: dict[str, Any] = {"search": {"options": {"n_jobs": 1}}, "candidates": spaces}
    if folds["class"] != whole["cross_validation"]["class"] and not folds["class"].endswith("TimeSeriesSplit"):
        return changes | {"cross_validation": {"class": folds["class"], "options": {"n_splits": 2, "shuffle": True}}}
    return changes | {"cross_validation": {"options": {"n_splits": 2}}}


def quick_settings(training: Mapping[str, Any]) -> dict[str, Any]:
    """Each candidate with the first of its settings, and two folds: the search decides little of what is measured."""
    spaces = {
        name: {"space": {option: values[:1] for option, values in candidate["space"].items()}}
        for name, candidate in training["candidates"].items()
    }
    return {"candidates": spaces, "cross_validation": {"options": {"n_splits": 2}}}


def _candidates(proposal: Proposal, rows: int) -> dict[str, Any]:
    classes, small = proposal.kind != "regression", rows <= SMALL
    kind = "Classifier" if classes else "Regressor"
    one_hot, codes = ({"categorical": [one]} if proposal.categories else {} for one in (ONE_HOT, CODES))
    words, topics = ({"text": chain} if proposal.text else {} for chain in _text_of(proposal))
    forest = {
        **codes,
        **topics,
        "estimator": {"class": f"sklearn.ensemble.RandomForest{kind}"},
        "space": {"min_samples_leaf": [5, 2]},
    }
    boosting = {
        **codes,
        **topics,
        "estimator": {"class": f"sklearn.ensemble.HistGradientBoosting{kind}"},
        "space": {"learning_rate": [0.05, 0.1], "max_leaf_nodes": [4, 8] if small else [8, 31]},
    }
    prepared = {"numeric": _numeric(proposal), **one_hot, **words}
    return {
        "logistic_regression" if classes else "ridge": prepared | _linear(proposal),
        **({"random_forest": forest} if small else {}),
        "gradient_boosting": boosting,
    }


def _text_of(proposal: Proposal) -> tuple[list[Any], list[Any]]:
    """What linear models and what trees make of free text, or of images."""
    if not isinstance(proposal.rules, ImageRules):
        unspaced = any(has_unspaced_script(proposal.columns[name]) for name in proposal.text)
        words, hashes = (merged(one, {"options": CHARACTERS if unspaced else {}}) for one in (WORDS, HASHES))
        return [words], [hashes, TOPICS]
    size = {"width": min(MOST_PIXELS, proposal.rules.width[1]), "height": min(MOST_PIXELS, proposal.rules.height[1])}
    pixels = [{"class": "kedro_modelops.models.unstructured.ImagePixels", "options": size}]
    return pixels, pixels


def _numeric(proposal: Proposal) -> list[Any]:
    scaled: dict[str, Any] = {"class": "sklearn.preprocessing.StandardScaler"}
    filled: dict[str, Any] = {"class": "sklearn.impute.SimpleImputer", "options": {"strategy": "median"}}
    return [filled, scaled] if any(column.nulls for column in proposal.of_kind("number")) else [scaled]


def _linear(proposal: Proposal) -> dict[str, Any]:
    if proposal.kind == "regression":
        return {"estimator": {"class": "sklearn.linear_model.Ridge"}, "space": {"alpha": [1.0, 0.1, 10.0]}}
    logistic = {"class": "sklearn.linear_model.LogisticRegression", "options": {"max_iter": 5000}}
    return {"estimator": logistic, "space": {"C": [0.1, 0.01, 1.0]}}


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of an environment: what it says replaces what the base says, key by key."""
    found = deepcopy(dict(base))
    for key, value in changes.items():
        both = isinstance(value, Mapping) and isinstance(found.get(key), Mapping)
        found[key] = merged(found[key], value) if both else value
    return found
