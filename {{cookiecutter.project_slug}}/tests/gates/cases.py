"""A problem of each kind, made up so that the truth is known, and the gates as a project would set them for it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
from kedro.config import OmegaConfigLoader
from pandera.typing import Series
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if

from {{ cookiecutter.package_name }}.estimators import Candidate, build_estimator
from {{ cookiecutter.package_name }}.mlops.gates import Champion, Evidence, Gates
from {{ cookiecutter.package_name }}.mlops.lineage import REQUIRED
from {{ cookiecutter.package_name }}.pipelines.evaluation.nodes import measure, measure_slices, predict_test_set
from {{ cookiecutter.package_name }}.pipelines.evaluation.parameters import Evaluation
from {{ cookiecutter.package_name }}.problem import Problem
from {{ cookiecutter.package_name }}.settings import CONFIG_LOADER_ARGS

PROJECT = Path(__file__).parents[2]
PROBLEM = Problem(target="outcome", key="id", time="at")
SEED = 7
SCORING = {"two classes": "roc_auc", "three classes": "accuracy", "regression": "r2"}
BOOSTING = "sklearn.ensemble.HistGradientBoosting"
CODES = [{"class": "sklearn.preprocessing.OrdinalEncoder"}]
LINEAGE = dict.fromkeys(REQUIRED, "known") | {"data.rows": "5d41402a", "git.clean": "true", "data.clean": "true"}


class Predictions(pa.DataFrameModel):
    """Scored rows, of each kind."""

    id: Series[str] = pa.Field(unique=True)
    score: Series[float] | None = pa.Field(ge=0, le=1)
    prediction: Series[Any] = pa.Field()


def settings(kind: str) -> dict[str, Any]:
    """Gates for the problem; those that this project has switched off are off here too."""
    hour = {"shift": {"hour": 2}, "answer": "does not fall", "tolerance": 0}
    gates: dict[str, dict[str, Any]] = {
        "floor": {"minimum": {"two classes": 0.75, "three classes": 0.5, "regression": 0.35}[kind]},
        "baseline": {"over_dummy": 0.1, "over_linear": 0.01},
        "champion": {"tolerance": 0.02, "confidence": 0.95, "resamples": 100, "max_samples": 2000},
        "overfit": {"max_gap": 0.2},
        "calibration": {"max_error": 0.08},
        "slices": {"max_gap": 0.15},
        "fairness": {"columns": ["region"], "max_gap": 0.2, "min_samples": 100},
        "behaviour": {
            "max_samples": 1000,
            "expectations": {
                "a later hour raises the outcome": hour | ({"label": "high"} if kind == "three classes" else {}),
                "the name of a row means nothing": {"shuffle": ["id"], "answer": "stays", "tolerance": 0},
            },
        },
        "disjoint": {},
        "leak": {"max_score": 0.95},
        "contract": {"table": Predictions},
        "lineage": {"allow_dirty": False},
    }
    configured = configuration("base")["gates"]
    return {name: gate | {"enabled": configured[name].get("enabled", True)} for name, gate in gates.items()}


@cache
def configuration(environment: str) -> dict[str, Any]:
    """Parameters of this project in an environment."""
    return dict(OmegaConfigLoader(str(PROJECT / "conf"), env=environment, **CONFIG_LOADER_ARGS)["parameters"])


class Spoiled:
    """A model whose answers (probabilities, or predictions where it has none) something has happened to."""

    def __init__(self, model: Any, spoil: Callable[[pd.DataFrame, np.ndarray], np.ndarray]) -> None:
        self.model, self.spoil = model, spoil
        self.feature_names_in_ = model.feature_names_in_
        if hasattr(model, "classes_"):
            self.classes_ = model.classes_

    def __sklearn_tags__(self) -> Any:
        return get_tags(self.model)

    def fit(self) -> None:
        """Nothing is left to learn; scikit-learn tells estimators by this method."""

    @available_if(lambda self: hasattr(self.model, "predict_proba"))
    def predict_proba(self, features: pd.DataFrame) -> np.ndarray:
        return self.spoil(features, self.model.predict_proba(features))

    def predict(self, features: pd.DataFrame) -> np.ndarray:
        if hasattr(self, "predict_proba"):
            return self.classes_[self.predict_proba(features).argmax(axis=1)]
        return self.spoil(features, self.model.predict(features))


@dataclass(frozen=True)
class Case:
    """All that gates look at, each part of which a mutation can spoil."""

    kind: str
    train: pd.DataFrame
    test: pd.DataFrame
    model: Any = None
    champion: Champion | None = None
    lineage: dict[str, str] = field(default_factory=lambda: dict(LINEAGE))

    def but(self, **changes: Any) -> "Case":
        """The same with other parts; a model fitted on the training rows, unless the change is another."""
        changed = replace(self, **changes)
        return changed if "model" in changes or "train" not in changes else replace(changed, model=changed.fit())

    def fit(self, **estimator: Any) -> Any:
        """Fits an estimator, gradient boosting by default, on the training rows."""
        boosting = {"class": f"{BOOSTING}{self.suffix}", "options": {"max_leaf_nodes": 8, "min_samples_leaf": 40}}
        candidate = Candidate.model_validate({"estimator": estimator or boosting, "categorical": CODES})
        features = PROBLEM.features(self.train)
        return build_estimator(candidate, features, SEED).fit(features, self.train["outcome"])

    @property
    def suffix(self) -> str:
        """How scikit-learn's classes of this kind end."""
        return "Regressor" if self.kind == "regression" else "Classifier"

    @property
    def evidence(self) -> Evidence:
        """What the evaluation pipeline finds."""
        scoring = SCORING[self.kind]
        asked = {"metrics": {scoring: "decides"}, "slices": {"columns": ["region"], "min_samples": 100}}
        evaluation = Evaluation.model_validate(asked | {"importance": {"repeats": 2, "max_samples": 200}})
        metrics = measure(self.model, self.train, self.test, PROBLEM, evaluation)
        slices = measure_slices(self.model, self.test, PROBLEM, evaluation, scoring)
        predictions = predict_test_set(self.model, self.test, PROBLEM)
        found = (metrics, slices, predictions, self.champion, self.lineage)
        return Evidence(self.model, self.train, self.test, PROBLEM, scoring, SEED, *found)

    @property
    def gates(self) -> Gates:
        """All gates."""
        return Gates.model_validate(settings(self.kind))


@cache
def honest(kind: str) -> Case:
    """A model that deserves to pass, and a champion that is as good."""
    random = np.random.default_rng(SEED)
    rows = 6000
    table = pd.DataFrame(
        {
            "id": [f"row-{number}" for number in range(rows)],
            "at": pd.date_range("2024-01-01", periods=rows, freq="h", tz="UTC"),
            "hour": random.uniform(5, 23, rows),
            "load": random.normal(size=rows),
            "noise": random.normal(size=rows),
            "region": random.choice(["north", "east", "south", "west"], rows),
        }
    )
    latent = 0.2 * (table["hour"] - 14) + 1.5 * np.sin(2 * table["load"]) + random.logistic(size=rows)
    outcomes = {
        "two classes": latent > 0,
        "three classes": pd.cut(latent, [-np.inf, -1, 1, np.inf], labels=["low", "middle", "high"]).astype(str),
        "regression": latent,
    }
    table["outcome"] = outcomes[kind]
    case = Case(kind, train=table[:4000], test=table[4000:].reset_index(drop=True))
    older = replace(case, train=case.train[:3500]).fit()
    return replace(case, model=case.fit(), champion=Champion("1", older))
