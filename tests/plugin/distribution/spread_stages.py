"""Stages whose loops run on workers, one of which dies in each."""

import hashlib
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from dying import DyingTree, month
from kedro_datasets.pandas import ParquetDataset
from kedro_modelops.distribution.partitions import ComputedPartitions
from kedro_modelops.pipelines.evaluation.importances import measure_importances
from kedro_modelops.pipelines.evaluation.parameters import Evaluation
from kedro_modelops.pipelines.training.nodes import compare_candidates
from kedro_modelops.pipelines.training.parameters import Training
from kedro_modelops.roles import Roles
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

ROWS = 2_000
DRAW = np.random.default_rng(15)
TABLE = pd.DataFrame({"id": range(ROWS), "wind": DRAW.normal(size=ROWS), "rain": DRAW.normal(size=ROWS)})
TABLE["late"] = TABLE["wind"] + DRAW.normal(size=ROWS) > 0
ROLES = Roles(target="late", key="id")


def processed(folder: Path) -> dict[str, str]:
    months = ComputedPartitions(path=str(folder), dataset=ParquetDataset, filename_suffix=".parquet", overwrite=True)
    weights = TABLE[["wind"]].rename(columns={"wind": "weight"})
    months.save({f"2024-{number:02}": partial(month, number, weights) for number in range(1, 7)})
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())}


def searched(_: Path) -> Any:
    estimator, space = {"class": "dying.DyingTree"}, {"max_depth": [1, 2, 3]}
    training = Training.model_validate(
        {
            "packages": ["sklearn", "dying"],
            "seed": 1,
            "scoring": "roc_auc",
            "search": {"class": "sklearn.model_selection.GridSearchCV", "options": {"n_jobs": -1}},
            "cross_validation": {"class": "sklearn.model_selection.KFold", "options": {"n_splits": 3}},
            "candidates": {"tree": {"estimator": estimator, "space": space}},
        }
    )
    return compare_candidates(TABLE, ROLES, training).drop(columns="fit_seconds").to_dict()


def fitted(stage: str) -> Pipeline:
    model = Pipeline([("scale", StandardScaler()), ("tree", DyingTree(stage, max_depth=4, random_state=1))])
    return model.fit(TABLE[["wind", "rain"]], TABLE["late"])


def evaluated(_: Path) -> Any:
    asked: dict[str, Any] = {"metrics": {"roc_auc": "decides"}, "slices": {"columns": [], "min_samples": 100}}
    asked |= {"importance": {"repeats": 2, "max_samples": 500}, "profile_rows": 100}
    found = measure_importances(fitted("evaluation"), TABLE, ROLES, Evaluation.model_validate(asked), "roc_auc", seed=1)
    return found.to_dict()


STAGES = {"processing": processed, "search": searched, "evaluation": evaluated}
"""What each stage comes to, in a folder of its own; the same, wherever it runs."""
