"""What kills the worker that runs it, once: workers import it, as the tests do."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from kedro_modelops.errors import RefusedError
from sklearn.tree import DecisionTreeClassifier

DIED = "WORKERS_DIED"
"""Environment variable of workers: the folder in which each stage has a file whose worker was killed."""


def die_once(stage: str) -> None:
    if DIED in os.environ:
        try:
            Path(os.environ[DIED], stage).touch(exist_ok=False)
        except FileExistsError:
            return
        os.kill(os.getpid(), signal.SIGKILL)


def month(number: int, weights: pd.DataFrame) -> pd.DataFrame:
    """A table of its own for each month."""
    die_once("processing")
    return pd.DataFrame({"month": number, "weight": weights["weight"] * number})


class DyingTree(DecisionTreeClassifier):  # type: ignore[misc]  # scikit-learn ships no types
    """A tree whose worker is killed while it learns, and while it is shuffled."""

    def __init__(self, stage: str = "search", max_depth: int = 3, random_state: int | None = None) -> None:
        super().__init__(max_depth=max_depth, random_state=random_state)
        self.stage = stage

    def fit(self, *args: Any, **options: Any) -> "DyingTree":
        die_once("search")
        super().fit(*args, **options)
        return self

    def predict_proba(self, features: Any, check_input: bool = True) -> np.ndarray:
        die_once(self.stage)
        return np.asarray(super().predict_proba(features, check_input))


def end(process: int) -> None:
    """Ends a process, and gives no answer."""
    os.kill(process, signal.SIGKILL)
    time.sleep(600)


def broken(load: Any) -> pd.DataFrame:
    """Fails as a contract does."""
    msg = f"{load} breaks its contract: column 'wind' is missing"
    raise RefusedError(msg)
