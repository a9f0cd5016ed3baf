"""What MLflow keeps in files, fetched into memory: nobody can change it between a look at it and its use."""

from pathlib import Path
from tempfile import TemporaryDirectory

import mlflow
from mlflow.exceptions import MlflowException

from kedro_modelops.errors import RefusedError
from kedro_modelops.models.model_files import ModelFiles


def fetch_model(uri: str) -> ModelFiles:
    """The files of a logged model; RefusedError if they are lost."""
    try:
        with TemporaryDirectory() as folder:
            return ModelFiles(Path(mlflow.artifacts.download_artifacts(uri, dst_path=folder)))
    except (MlflowException, OSError) as error:
        msg = f"the files of {uri} cannot be fetched: {error}"
        raise RefusedError(msg) from error


def fetch_file(run_id: str, name: str) -> bytes:
    """A file of a run; RefusedError if it is lost."""
    try:
        with TemporaryDirectory() as folder:
            return Path(mlflow.artifacts.download_artifacts(f"runs:/{run_id}/{name}", dst_path=folder)).read_bytes()
    except (MlflowException, OSError) as error:
        msg = f"{name} of run {run_id} cannot be fetched: {error}"
        raise RefusedError(msg) from error
