"""Kedro datasets that stand in MLflow and, for DVC and for people without a server, in the project's folder too."""

import json
import warnings
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

import fsspec
import mlflow
from kedro.io import AbstractDataset, DatasetError
from kedro.io.core import get_protocol_and_path
from sklearn.pipeline import Pipeline

from kedro_modelops.models.estimators import TrainedModel
from kedro_modelops.models.model_files import ModelFiles
from kedro_modelops.models.model_format import ModelFormat
from kedro_modelops.registry.model_registry import lineage_in
from kedro_modelops.registry.registration import register_challenger
from kedro_modelops.sessions.local_copies import address, local_copy
from kedro_modelops.tracking.runs import active_run


class _Place:
    """A file or folder on what fsspec reaches, described as datasets of kedro-datasets are."""

    def __init__(self, filepath: str) -> None:
        self._protocol, path = get_protocol_and_path(filepath)
        self._fs, self._filepath = fsspec.filesystem(self._protocol), PurePosixPath(path)


class ModelDataset(_Place, AbstractDataset[TrainedModel, Pipeline]):
    """A model with its signature and an example, in the safe skops format.

    Saving logs it to the active MLflow run and leaves the same bytes in `filepath`; loading takes these.
    """

    def __init__(
        self,
        filepath: str,
        trusted_types: list[str],
        pip_requirements: str,
        service_requirements: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Takes the options of the catalog.

        Args:
            filepath: Folder for the model, on this disk or on what fsspec reaches.
            trusted_types: Dotted names of types beyond scikit-learn's public ones that the model may hold. Loading
                refuses others.
            pip_requirements: Requirements file whose versions MLflow records, so that it need not guess.
            service_requirements: Requirements file of the image that serves the model, which has to load it too.
            metadata: What DVC or tracking want to know.
        """
        super().__init__(filepath)
        self._trusted_types = trusted_types
        self.format = ModelFormat(trusted_types, Path(service_requirements) if service_requirements else None)
        self._pip_requirements = Path(pip_requirements)
        self.metadata = metadata

    def save(self, data: TrainedModel) -> None:
        """Logs the model and copies it to the folder, if it can be saved and loaded."""
        self.format.check(data.estimator)
        with warnings.catch_warnings():  # whether a column of whole numbers has nulls is said by the contract
            warnings.filterwarnings("ignore", "Hint: Inferred schema contains integer", UserWarning)
            signature = mlflow.models.infer_signature(data.example, data.estimator.predict(data.example))
        logged = mlflow.sklearn.log_model(
            data.estimator,
            name="model",
            signature=signature,
            input_example=data.example,
            serialization_format="skops",
            skops_trusted_types=self.format.trusted_types,
            pip_requirements=self._requirements(),
            metadata={"lineage": lineage_in(active_run().data.tags)},
        )
        place = self._filepath.as_posix()
        if self._fs.exists(place):
            self._fs.rm(place, recursive=True)
        with TemporaryDirectory() as folder:
            mlflow.artifacts.download_artifacts(logged.model_uri, dst_path=folder)
            self._fs.put(f"{folder}/", place, recursive=True)

    def _requirements(self) -> list[str]:
        """The lock's lines without hashes: environments that MLflow makes add build tools, for which it has none."""
        lines = self._pip_requirements.read_text(encoding="utf-8").splitlines()
        return [line.removesuffix("\\").rstrip() for line in lines if line[:1].isalpha()]

    def load(self) -> Pipeline:
        """Reads the model from the folder."""
        with local_copy(self) as folder:
            return ModelFiles(folder).load_model(self._trusted_types)

    def _exists(self) -> bool:
        return bool(self._fs.exists((self._filepath / "MLmodel").as_posix()))

    def _describe(self) -> dict[str, Any]:
        return {"filepath": address(self)}


class ModelVersionDataset(_Place, AbstractDataset[dict[str, Any], dict[str, Any]]):
    """A version in the registry; `filepath` holds a note of which one it is."""

    def __init__(self, filepath: str, name: str, model: str, metadata: dict[str, Any] | None = None) -> None:
        """Takes the options of the catalog.

        Args:
            filepath: JSON file for the note, on this disk or on what fsspec reaches.
            name: Name of the registered model.
            model: Folder of the model to register.
            metadata: What DVC or tracking want to know.
        """
        super().__init__(filepath)
        self._name = name
        self._model = _Place(model)
        self.metadata = metadata

    def save(self, data: dict[str, Any]) -> None:
        """Registers the model as `challenger`, described by `data`."""
        with local_copy(self._model) as model:
            version = register_challenger(self._name, model, data)
        self._fs.write_text(self._filepath.as_posix(), json.dumps(version, indent=2) + "\n", encoding="utf-8")

    def load(self) -> dict[str, Any]:
        """Reads the note."""
        if not self._exists():
            msg = f"{address(self)} is missing: no version was registered from this folder yet, run `kedro run`"
            raise DatasetError(msg)
        note: dict[str, Any] = json.loads(self._fs.read_text(self._filepath.as_posix(), encoding="utf-8"))
        return note

    def _exists(self) -> bool:
        return bool(self._fs.exists(self._filepath.as_posix()))

    def _describe(self) -> dict[str, Any]:
        return {"filepath": address(self), "name": self._name}
