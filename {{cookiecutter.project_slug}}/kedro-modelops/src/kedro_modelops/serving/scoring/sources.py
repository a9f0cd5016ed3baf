"""Where models come from: the registry, or a bundle that was made from it."""

import logging
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from kedro_modelops.errors import RefusedError
from kedro_modelops.registry import export
from kedro_modelops.serving.scoring.models import Loaded
from kedro_modelops.serving.scoring.reference_files import write_reference

MODEL = "model"
logger = logging.getLogger(__name__)


class RegistrySource:
    """The version of a registered model that has an alias; nothing unregistered is served."""

    def __init__(self, name: str, *aliases: str, trusted_types: Sequence[str] = ()) -> None:
        """Takes the model's name, aliases or versions that may serve, the best first, and types that it may hold."""
        from kedro_modelops.registry import model_registry, seals  # noqa: PLC0415  (MLflow: a bundle needs none)
        from kedro_modelops.registry.ledger import audit  # noqa: PLC0415

        self._name, self._aliases, self._trusted_types = name, aliases, trusted_types
        self._audit, self._registry, self._seals = audit, model_registry, seals

    def newest(self) -> str:
        """Number of the version; RefusedError if none has the alias."""
        found = self._registry.aliases(self._name)
        for alias in self._aliases:
            if alias in found:
                return found[alias]
            if alias.isdecimal():
                return alias
        msg = f"{self._name} has no {' and no '.join(self._aliases)}: `kedro model promote` makes a version serve"
        raise RefusedError(msg)

    def load(self, version: str) -> Loaded:
        """Loads a version, and logs where the ledger does not agree that it serves."""
        for sentence in self._audit.audit(self._name):
            logger.warning(sentence, extra={"version": version})
        found = self._registry.find(self._name, version)
        files = self._seals.read_model(found)
        registered = self._registry.from_files(found, files, self._trusted_types)
        return Loaded(registered, files.example(), files.mlflow_version)


class BundleSource:
    """The version in a folder that `write_bundle` wrote."""

    def __init__(self, folder: Path) -> None:
        """Takes the folder."""
        self._model = folder / MODEL

    def newest(self) -> str:
        """Number of the version; RefusedError if the folder holds none."""
        return export.version(self._model)

    def load(self, _: str) -> Loaded:
        """Loads it."""
        registered, files = export.load_with_files(self._model)
        return Loaded(registered, files.example(), files.mlflow_version)


def write_bundle(
    name: str, wanted: str, reference: pd.DataFrame | None, folder: Path, trusted_types: Sequence[str] = ()
) -> None:
    """Writes all that the service needs into a folder, for an image that cannot reach the registry.

    Args:
        name: Of the registered model.
        wanted: Number or alias of the version.
        reference: What rows are completed with, None if nothing is.
        folder: Where to; it has to be empty, or new.
        trusted_types: Types beyond scikit-learn's public ones that the model may hold, as the catalog lists them.

    Raises:
        RefusedError: If there is no such version, if it is not what was registered, or if there is something in the
            folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    export.export(name, wanted, folder / MODEL, trusted_types)
    if reference is not None:
        write_reference(reference, folder)
