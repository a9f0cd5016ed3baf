"""Kedro datasets that stand in MLflow and, for DVC and for people without a server, in the project's folder too."""

import json
import shutil
import warnings
from pathlib import Path
from typing import Any

import mlflow
from kedro.io import AbstractDataset, DatasetError
from sklearn.pipeline import Pipeline

from kedro_modelops.models.estimators import TrainedModel
from kedro_modelops.models.model_files import ModelFiles
from kedro_modelops.models.model_format import ModelFormat
from kedro_modelops.registry.model_registry import lineage_in
from kedro_modelops.registry.registration import register_challenger
from kedro_modelops.tracking.runs import active_run


class ModelDataset(AbstractDataset[TrainedModel, Pipeline]):
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
            filepath: Folder for the model.
            trusted_types: Dotted names of types beyond scikit-learn's public ones that the model may hold. Loading
                refuses others.
            pip_requirements: Requirements file whose versions MLflow records, so that it need not guess.
            service_requirements: Requirements file of the image that serves the model, which has to load it too.
            metadata: What DVC or tracking want to know.
        """
        self._filepath = Path(filepath)
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
        if self._filepath.exists():
            shutil.rmtree(self._filepath)
        mlflow.artifacts.download_artifacts(logged.model_uri, dst_path=str(self._filepath))

    def _requirements(self) -> list[str]:
        """The lock's lines without hashes: environments that MLflow makes add build tools, for which it has none."""
        lines = self._pip_requirements.read_text(encoding="utf-8").splitlines()
        return [line.removesuffix("\\").rstrip() for line in lines if line[:1].isalpha()]

    def load(self) -> Pipeline:
        """Reads the model from the folder."""
        return ModelFiles(self._filepath).load_model(self._trusted_types)

    def _exists(self) -> bool:
        return (self._filepath / "MLmodel").exists()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath.as_posix()}


class ModelVersionDataset(AbstractDataset[dict[str, Any], dict[str, Any]]):
    """A version in the registry; `filepath` holds a note of which one it is."""

    def __init__(self, filepath: str, name: str, model: str, metadata: dict[str, Any] | None = None) -> None:
        """Takes the options of the catalog.

        Args:
            filepath: JSON file for the note.
            name: Name of the registered model.
            model: Folder of the model to register.
            metadata: What DVC or tracking want to know.
        """
        self._filepath = Path(filepath)
        self._name = name
        self._model = Path(model)
        self.metadata = metadata

    def save(self, data: dict[str, Any]) -> None:
        """Registers the model as `challenger`, described by `data`."""
        version = register_challenger(self._name, self._model, data)
        self._filepath.write_text(json.dumps(version, indent=2) + "\n", encoding="utf-8")

    def load(self) -> dict[str, Any]:
        """Reads the note."""
        if not self._exists():
            msg = f"{self._filepath} is missing: no version was registered from this folder yet, run `kedro run`"
            raise DatasetError(msg)
        note: dict[str, Any] = json.loads(self._filepath.read_text(encoding="utf-8"))
        return note

    def _exists(self) -> bool:
        return self._filepath.exists()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath.as_posix(), "name": self._name}
