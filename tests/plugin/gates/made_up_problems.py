"""A problem of each kind, made up so that the truth is known, and the gates as a project would set them for it."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Self

import numpy as np
import pandas as pd
import pandera.pandas as pa
from kedro_modelops.gates import Champion, Gates
from kedro_modelops.models.estimators import Candidate, build_estimator
from kedro_modelops.pipelines.evaluation.parameters import Evaluation
from kedro_modelops.roles import Roles
from kedro_modelops.testing.examination import Examination
from kedro_modelops.testing.project import read_conf
from kedro_modelops.tracking.lineage import REQUIRED
from pandera.typing import Series

PROBLEM = Roles(target="outcome", key="id", time="at")
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
        "calibration": {"max_error": 0.08, "bins": 10},
        "coverage": {"minimum": 0.85, "maximum": 0.95, "confidence": 0.95},
        "slices": {"max_gap": 0.15},
        "fairness": {"columns": ["region"], "max_gap": 0.2, "min_samples": 100},
        "behaviour": {
            "max_samples": 1000,
            "expectations": {
                "a later hour raises the outcome": hour | ({"label": "high"} if kind == "three classes" else {}),
                "the name of a row means nothing": {"shuffle": ["id"], "answer": "stays", "tolerance": 0},
            },
        },
        "disjoint": {"max_repeated": 0.01},
        "leak": {"max_score": 0.95},
        "contract": {"table": Predictions},
        "lineage": {"allow_dirty": False},
    }
    configured = read_conf("base")["gates"]
    return {name: gate | {"enabled": configured[name].get("enabled", True)} for name, gate in gates.items()}


def kind_of_problem(kind: str) -> dict[str, Any]:
    """What an examination needs to know of the kind."""
    asked = {"metrics": {SCORING[kind]: "decides"}, "slices": {"columns": ["region"], "min_samples": 100}}
    evaluation = Evaluation.model_validate(
        asked | {"importance": {"repeats": 2, "max_samples": 200}, "profile_rows": 100}
    )
    gates = Gates.model_validate(settings(kind))
    return {"kind": kind, "scoring": SCORING[kind], "evaluation": evaluation, "gates": gates}


@dataclass(frozen=True, kw_only=True)
class Case(Examination):
    """An examination whose models are made here."""

    kind: str

    def but(self, **changes: Any) -> Self:
        """The same with other parts; a model fitted on the training rows, unless the change is another."""
        changed = super().but(**changes)
        refitted = "train_set" in changes and "model" not in changes
        return super(Case, changed).but(model=changed.fit()) if refitted else changed

    def fit(self, **estimator: Any) -> Any:
        """Fits an estimator, gradient boosting by default, on the training rows."""
        boosting = {"class": f"{BOOSTING}{self.suffix}", "options": {"max_leaf_nodes": 8, "min_samples_leaf": 40}}
        candidate = Candidate.model_validate({"estimator": estimator or boosting, "categorical": CODES})
        features = PROBLEM.features(self.train_set)
        return build_estimator(candidate, features, SEED).fit(features, self.train_set["outcome"])

    @property
    def suffix(self) -> str:
        """How scikit-learn's classes of this kind end."""
        return "Regressor" if self.kind == "regression" else "Classifier"


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
    train, test = table[:4000], table[4000:].reset_index(drop=True)
    about = kind_of_problem(kind) | {"roles": PROBLEM, "seed": SEED, "lineage": dict(LINEAGE)}
    case = Case(model=None, train_set=train, test_set=test, **about)
    return case.but(model=case.fit(), champion=Champion("1", case.but(train_set=train[:3500]).model))
