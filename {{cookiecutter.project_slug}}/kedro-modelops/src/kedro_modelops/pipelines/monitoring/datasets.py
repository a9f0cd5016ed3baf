"""Kedro datasets of monitoring: the prediction store, the rows kept with a version, and signals over time in MLflow."""

import re
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, NamedTuple

import mlflow
import pandas as pd
from kedro.io import AbstractDataset, DatasetError
from mlflow.entities import Metric

from kedro_modelops.contracts import normalize
from kedro_modelops.errors import RefusedError
from kedro_modelops.predictions.partitions import compute_each
from kedro_modelops.predictions.prediction_store import PredictionStore
from kedro_modelops.problem import load_problem
from kedro_modelops.registry import model_registry, seals
from kedro_modelops.registry.datasets import OfVersion, warn

FILES = ("train_profile.parquet", "test_profile.parquet")


class StoreDataset(AbstractDataset[dict[str, Callable[[], pd.Series]], PredictionStore]):
    """The prediction store; what is saved to it are outcomes."""

    def __init__(self, metadata: dict[str, Any] | None = None) -> None:
        """Takes what DVC or tracking want to know."""
        self.metadata = metadata

    def load(self) -> PredictionStore:
        """Opens it; RefusedError if the database does not answer."""
        return PredictionStore()

    def save(self, data: dict[str, Callable[[], pd.Series]]) -> None:
        """Writes outcomes, one month after the other; `left_out` holds what failed."""
        with closing(PredictionStore()) as store:
            self.left_out = compute_each(data, lambda _, outcomes: store.add_outcomes(outcomes))

    def _describe(self) -> dict[str, Any]:
        return {}


class Profile(NamedTuple):
    """What a version was made of.

    Attributes:
        train: A sample of the rows that it was fitted on.
        test: A sample of the rows that it was judged on.
        made: When it was trained.
    """

    train: pd.DataFrame
    test: pd.DataFrame
    made: datetime


class ProfileDataset(OfVersion):
    """Rows that the run of a version has kept: of the one with an alias."""

    def load(self) -> Profile:
        """Fetches the rows.

        Raises:
            RefusedError: If no version has the alias, or its run has kept none.
        """
        warn(self._name)
        version = model_registry.find(self._name, self._alias)
        run = model_registry.run_of(version).info
        try:
            train, test = (pd.read_parquet(BytesIO(seals.read_evidence(version, file))) for file in FILES)
        except RefusedError as error:
            msg = (
                f"the run of version {version.version} has not kept {' and '.join(FILES)}, with which monitoring "
                f"compares: train and promote a version anew, or bring the run's artifacts back ({error.message})"
            )
            raise RefusedError(msg) from error
        made = datetime.fromtimestamp(run.start_time / 1000, UTC)
        schema = load_problem().model_input.to_schema()
        return Profile(normalize(train, schema), normalize(test, schema), made)


class TrendDataset(AbstractDataset[dict[str, Any], None]):
    """Signals over time: an experiment with one run for each version, in which each signal is a chart."""

    def __init__(self, experiment: str, metadata: dict[str, Any] | None = None) -> None:
        """Takes the options of the catalog.

        Args:
            experiment: Its name.
            metadata: What DVC or tracking want to know.
        """
        self._experiment = experiment
        self.metadata = metadata

    def save(self, data: dict[str, Any]) -> None:
        """Adds a point to each chart: `metrics` by name, `at` a moment, of a `version`."""
        client, version = mlflow.MlflowClient(), data["version"]
        known = client.get_experiment_by_name(self._experiment)
        book = known.experiment_id if known else client.create_experiment(self._experiment)
        runs = client.search_runs([book], f"tags.version = '{version}'", max_results=1)
        tags = {"version": version}
        run = runs[0] if runs else client.create_run(book, tags=tags, run_name=f"version {version}")
        milliseconds, step = int(data["at"].timestamp() * 1000), int(f"{data['at']:%Y%m%d}")
        named = {re.sub(r"[^\w.\- /:]", "_", name): value for name, value in data["metrics"].items()}
        metrics = [Metric(name, value, milliseconds, step) for name, value in named.items()]
        client.log_batch(run.info.run_id, metrics)
        client.set_terminated(run.info.run_id)

    def load(self) -> None:
        """Refuses: charts are looked at in MLflow."""
        msg = "signals over time are looked at in MLflow"
        raise DatasetError(msg)

    def _describe(self) -> dict[str, Any]:
        return {"experiment": self._experiment}
