"""Kedro datasets that read from MLflow what the gates look at."""

from typing import Any

import mlflow
from kedro.io import AbstractDataset, DatasetError

from .gates import Champion
from .registered import RegisteredModel
from .registry import CHAMPION, lineage_in, load
from .tracking import active_run, measure


class FromMlflow(AbstractDataset[None, Any]):
    """Something that is read from MLflow when a run needs it, and never written by one."""

    def save(self, data: None) -> None:
        """Refuses: nodes write runs and versions elsewhere."""
        msg = f"{type(self).__name__} is read from MLflow and cannot be written to"
        raise DatasetError(msg)


class ChampionDataset(FromMlflow):
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


class OfVersion(FromMlflow):
    """Something of the version that has an alias."""

    def __init__(self, name: str, alias: str = CHAMPION, metadata: dict[str, Any] | None = None) -> None:
        """Takes the options of the catalog.

        Args:
            name: Name of the registered model.
            alias: Of the version.
            metadata: What DVC or tracking want to know.
        """
        self._name, self._alias = name, alias
        self.metadata = metadata

    def _describe(self) -> dict[str, Any]:
        return {"name": self._name, "alias": self._alias}


class ServingModelDataset(OfVersion):
    """The version that has an alias, to score with."""

    def load(self) -> RegisteredModel:
        """Asks the registry; RefusedError if no version has the alias."""
        return load(self._name, self._alias)


class LineageDataset(FromMlflow):
    """What the model of the active run came from, by name."""

    def __init__(self, metadata: dict[str, Any] | None = None) -> None:
        """Takes what DVC or tracking want to know."""
        self.metadata = metadata

    def load(self) -> dict[str, str]:
        """Reads the run's tags."""
        return lineage_in(active_run().data.tags)

    def _describe(self) -> dict[str, Any]:
        return {}


class ResourcesDataset(FromMlflow):
    """What the active run took until it is asked, which is logged at that moment."""

    def __init__(self, metadata: dict[str, Any] | None = None) -> None:
        """Takes what DVC or tracking want to know."""
        self.metadata = metadata

    def load(self) -> dict[str, float]:
        """Measures."""
        return measure()

    def _describe(self) -> dict[str, Any]:
        return {}
