"""The files of a logged model: the only place where a model is made from files, and what is refused there."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from zipfile import BadZipFile

import pandas as pd
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from kedro_modelops.errors import RefusedError
from kedro_modelops.models.registered_model import digest

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

DESCRIPTION, EXAMPLE, SKOPS = "MLmodel", "input_example.json", ".skops"
TRUSTED = (
    "kedro_modelops.models.intervals.quantile_interval.QuantileInterval",
    "kedro_modelops.models.unstructured.image_pixels.ImagePixels",
    "kedro_modelops.models.unstructured.text_imputer.TextImputer",
)
"""Types of this plugin that a model may hold, whatever the project trusts beyond."""
ADDED = "registered_model_meta"
"""File that MLflow adds to what it downloads; nobody reads it."""


class _Sklearn(BaseModel):
    serialization_format: Literal["skops"]
    pickled_model: str
    code: None = None


class _Python(BaseModel):
    loader_module: Literal["mlflow.sklearn"]
    code: None = None


class _Flavors(BaseModel):
    model_config = ConfigDict(extra="forbid")
    sklearn: _Sklearn
    python_function: _Python | None = None


class _Description(BaseModel):
    """What may stand in `MLmodel`: anything that would load in another way than skops is refused."""

    flavors: _Flavors
    mlflow_version: str = ""


class ModelFiles:
    """All files of a logged model, read once: what is compared is what is loaded.

    Attributes:
        digest: Hash over each file's relative path and content.
    """

    def __init__(self, folder: Path, besides: Sequence[str] = ()) -> None:
        """Reads the files of a folder, but for those in `besides`."""
        paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
        self._files = {name: path.read_bytes() for name, path in paths.items() if name not in {ADDED, *besides}}
        self.digest = digest({name: hashlib.sha256(content).hexdigest() for name, content in self._files.items()})

    def load_model(self, trusted_types: Sequence[str]) -> "Pipeline":
        """Makes the model.

        Args:
            trusted_types: Dotted names of types beyond scikit-learn's public ones that it may hold, as the project's
                catalog lists them. What the files themselves say of trust is not looked at.

        Raises:
            RefusedError: If the model is not saved as skops, would run code of its own, or holds other types.
        """
        import skops.io  # noqa: PLC0415  (two seconds, which commands of the registry do not wait)

        name = self._description().flavors.sklearn.pickled_model
        content = self._files.get(name)
        if content is None or not name.endswith(SKOPS):
            msg = f"{DESCRIPTION} names {name} as the model, which is no {SKOPS} file beside it: it is not loaded"
            raise RefusedError(msg)
        try:
            trusted = [*trusted_types, *TRUSTED]
            other = sorted(set(skops.io.get_untrusted_types(data=content)) - set(trusted))
            if not other:
                model: Pipeline = skops.io.loads(content, trusted=trusted)
                return model
        except (BadZipFile, KeyError, ValueError) as error:
            msg = f"{name} cannot be read as skops, and is not loaded: {error}"
            raise RefusedError(msg) from error
        msg = (
            f"{name} holds {', '.join(other)}, which the project does not trust, and is not loaded. If the "
            "estimator is yours, add these to trusted_types of the catalog's `model`"
        )
        raise RefusedError(msg)

    def example(self) -> pd.DataFrame:
        """The rows that the model was logged with."""
        return pd.DataFrame(**json.loads(self._files[EXAMPLE]))

    @property
    def mlflow_version(self) -> str:
        """The MLflow that saved the model."""
        return self._description().mlflow_version

    def write(self, folder: Path) -> None:
        """Writes a copy."""
        for name, content in self._files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)

    def _description(self) -> _Description:
        try:
            return _Description.model_validate(yaml.safe_load(self._files.get(DESCRIPTION, b"")))
        except yaml.YAMLError as error:
            msg = f"{DESCRIPTION} is no YAML: the model is not loaded"
            raise RefusedError(msg) from error
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "it"
            msg = f"only scikit-learn models saved as skops are loaded, and {DESCRIPTION} says otherwise: {where}: "
            raise RefusedError(msg + first["msg"]) from error
