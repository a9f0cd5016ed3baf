"""Where models come from: the registry, or a bundle that was made from it."""

import hashlib
import json
import logging
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from kedro_modelops.errors import RefusedError
from kedro_modelops.registry import export
from kedro_modelops.serving.scoring.models import Loaded

MODEL, REFERENCE, TYPES = "model", "reference.csv.gz", "reference.json"
SHA = "sha256"
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
        reference: What rows are completed with, None if nothing is. It becomes CSV: parquet would need a large library.
        folder: Where to; it has to be empty, or new.
        trusted_types: Types beyond scikit-learn's public ones that the model may hold, as the catalog lists them.

    Raises:
        RefusedError: If there is no such version, if it is not what was registered, or if there is something in the
            folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    export.export(name, wanted, folder / MODEL, trusted_types)
    if reference is not None:
        table = reference.reset_index()
        table.to_csv(folder / REFERENCE, index=False)
        types = {str(column): str(kind) for column, kind in table.dtypes.items()}
        known = {"index": list(reference.index.names), "types": types, SHA: _hash(folder / REFERENCE)}
        (folder / TYPES).write_text(json.dumps(known), encoding="utf-8")


def read_reference(folder: Path) -> pd.DataFrame | None:
    """What rows are completed with, from a bundle; None if it has nothing of the kind.

    Raises:
        RefusedError: If it was changed since.
    """
    if not (folder / REFERENCE).exists():
        return None
    known = json.loads((folder / TYPES).read_text(encoding="utf-8"))
    if known.get(SHA) != _hash(folder / REFERENCE):
        msg = f"{folder / REFERENCE} is not what was written: write the bundle again with `kedro model bundle`"
        raise RefusedError(msg)
    table = pd.read_csv(folder / REFERENCE, keep_default_na=False, na_values=[""])
    return table.astype(known["types"]).set_index(known["index"])


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
