"""Kedro datasets that read from MLflow what the gates look at."""

import logging
from collections.abc import Sequence
from typing import Any

from kedro.io import AbstractDataset, DatasetError

from kedro_modelops.errors import RefusedError
from kedro_modelops.gates import Champion
from kedro_modelops.models.registered_model import RegisteredModel
from kedro_modelops.registry.ledger.audit import audit
from kedro_modelops.registry.model_registry import CHAMPION, aliases, lineage_in, load
from kedro_modelops.tracking.runs import active_run, measure

logger = logging.getLogger(__name__)


def warn(name: str) -> None:
    """Logs where the registry and the ledger do not say the same."""
    for sentence in audit(name):
        logger.warning(sentence)


class FromMlflow(AbstractDataset[None, Any]):
    """Something that is read from MLflow when a run needs it, and never written by one."""

    def save(self, data: None) -> None:
        """Refuses: nodes write runs and versions elsewhere."""
        msg = f"{type(self).__name__} is read from MLflow and cannot be written to"
        raise DatasetError(msg)


class ChampionDataset(FromMlflow):
    """The version that serves now, None when there is none."""

    def __init__(self, name: str, trusted_types: Sequence[str] = (), metadata: dict[str, Any] | None = None) -> None:
        """Takes the options of the catalog.

        Args:
            name: Name of the registered model.
            trusted_types: Types beyond scikit-learn's public ones that the model may hold.
            metadata: What DVC or tracking want to know.
        """
        self._name, self._trusted_types = name, trusted_types
        self.metadata = metadata

    def load(self) -> Champion | None:
        """Asks the registry; a champion that is not what was registered comes without its model."""
        version = aliases(self._name).get(CHAMPION)
        if version is None:
            return None
        warn(self._name)
        try:
            return Champion(version, load(self._name, version, self._trusted_types).estimator)
        except RefusedError as error:
            return Champion(version, None, error.message)

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

    def __init__(self, name: str, trusted_types: Sequence[str] = (), **options: Any) -> None:
        """Takes the options of the catalog.

        Args:
            name: Name of the registered model.
            trusted_types: Types beyond scikit-learn's public ones that the model may hold.
            options: As of `OfVersion`.
        """
        super().__init__(name, **options)
        self._trusted_types = trusted_types

    def load(self) -> RegisteredModel:
        """Asks the registry; RefusedError if no version has the alias, or it is not what was registered."""
        warn(self._name)
        return load(self._name, self._alias, self._trusted_types)


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
