"""Where models come from: the registry, or a bundle that was made from it."""

import json
from pathlib import Path

import pandas as pd

from ..errors import RefusedError
from ..mlops import exported
from ..mlops.registered import describe, read_example
from .models import Loaded

MODEL, REFERENCE, TYPES = "model", "reference.csv.gz", "reference.json"


class RegistrySource:
    """The version of a registered model that has an alias; nothing unregistered is served."""

    def __init__(self, name: str, *aliases: str) -> None:
        """Takes the model's name and the aliases that may serve, the best first."""
        from ..mlops import registry  # noqa: PLC0415  (imports MLflow, which a bundle can do without)

        self._name, self._aliases, self._registry = name, aliases, registry

    def newest(self) -> str:
        """Number of the version; RefusedError if none has the alias."""
        found = self._registry.aliases(self._name)
        for alias in self._aliases:
            if alias in found:
                return found[alias]
        msg = f"{self._name} has no {' and no '.join(self._aliases)}: `kedro model promote` makes a version serve"
        raise RefusedError(msg)

    def load(self, version: str) -> Loaded:
        """Loads a version."""
        folder = self._registry.download(self._name, version)
        registered = self._registry.load(self._name, version)
        return Loaded(registered, read_example(folder), describe(folder)["mlflow_version"])


class BundleSource:
    """The version in a folder that `write_bundle` wrote."""

    def __init__(self, folder: Path) -> None:
        """Takes the folder."""
        self._model = folder / MODEL

    def newest(self) -> str:
        """Number of the version; RefusedError if the folder holds none."""
        return exported.version(self._model)

    def load(self, _: str) -> Loaded:
        """Loads it."""
        registered = exported.load(self._model)
        return Loaded(registered, read_example(self._model), describe(self._model)["mlflow_version"])


def write_bundle(name: str, wanted: str, reference: pd.DataFrame | None, folder: Path) -> None:
    """Writes all that the service needs into a folder, for an image that cannot reach the registry.

    Args:
        name: Of the registered model.
        wanted: Number or alias of the version.
        reference: What rows are completed with, None if nothing is. It becomes CSV: parquet would need a large library.
        folder: Where to; it has to be empty, or new.

    Raises:
        RefusedError: If there is no such version, or if there is something in the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    exported.export(name, wanted, folder / MODEL)
    if reference is not None:
        table = reference.reset_index()
        table.to_csv(folder / REFERENCE, index=False)
        types = {str(column): str(kind) for column, kind in table.dtypes.items()}
        known = {"index": list(reference.index.names), "types": types}
        (folder / TYPES).write_text(json.dumps(known), encoding="utf-8")


def read_reference(folder: Path) -> pd.DataFrame | None:
    """What rows are completed with, from a bundle; None if it has nothing of the kind."""
    if not (folder / REFERENCE).exists():
        return None
    known = json.loads((folder / TYPES).read_text(encoding="utf-8"))
    table = pd.read_csv(folder / REFERENCE, keep_default_na=False, na_values=[""])
    return table.astype(known["types"]).set_index(known["index"])
