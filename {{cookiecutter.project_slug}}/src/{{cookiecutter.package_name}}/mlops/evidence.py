"""Kedro datasets that read from MLflow what the gates look at."""

from typing import Any

import mlflow
from kedro.io import AbstractDataset, DatasetError

from .gates import Champion
from .registry import CHAMPION, LINEAGE


class _FromMlflow(AbstractDataset[None, Any]):
    """Something that is read from MLflow when a run needs it, and never written by one."""

    def save(self, data: None) -> None:
        """Refuses: nodes write runs and versions elsewhere."""
        msg = f"{type(self).__name__} is read from MLflow and cannot be written to"
        raise DatasetError(msg)


class ChampionDataset(_FromMlflow):
    """The version that serves now, None when there is none."""

    def __init__(self, name: str, metadata: dict[str, Any] | None = None) -> None:
        """Takes the options of the catalog.

        Args:
            name: Name of the registered model.
            metadata: What DVC or tracking want to know.
        """
        self._name = name
        self.metadata = metadata

    def load(self) -> Champion | None:
        """Asks the registry."""
        found = mlflow.MlflowClient().search_registered_models(f"name = '{self._name}'")
        if not found or CHAMPION not in found[0].aliases:
            return None
        version = found[0].aliases[CHAMPION]
        return Champion(str(version), mlflow.sklearn.load_model(f"models:/{self._name}/{version}"))

    def _describe(self) -> dict[str, Any]:
        return {"name": self._name}


class LineageDataset(_FromMlflow):
    """What the model of the active run came from, by name."""

    def __init__(self, metadata: dict[str, Any] | None = None) -> None:
        """Takes what DVC or tracking want to know."""
        self.metadata = metadata

    def load(self) -> dict[str, str]:
        """Reads the run's tags."""
        run = mlflow.active_run()
        if run is None:
            msg = "no MLflow run is open, so nothing is known about the model's lineage"
            raise DatasetError(msg)
        tags = mlflow.MlflowClient().get_run(run.info.run_id).data.tags
        known = {name.removeprefix(LINEAGE): value for name, value in tags.items() if name.startswith(LINEAGE)}
        return {"mlflow.run": run.info.run_id} | known

    def _describe(self) -> dict[str, Any]:
        return {}
