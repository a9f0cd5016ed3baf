"""The model registry: versions and their aliases."""

from pathlib import Path
from typing import Any

from mlflow import MlflowClient
from mlflow.models import Model

from ..errors import RefusedError

CHALLENGER = "challenger"
CHAMPION = "champion"
LINEAGE = "lineage."


def register_challenger(name: str, model: Path, description: dict[str, Any]) -> dict[str, Any]:
    """Registers a logged model under `name` and gives it the alias `challenger`.

    The version carries the lineage of its run as tags.

    Args:
        name: Name of the registered model; made when it does not exist.
        model: Folder of a model that was logged to MLflow.
        description: `metrics` of the evaluation, and the `gates` that the model passed.

    Returns:
        `name`, `version`, `run_id`, `model_id`, `metrics` and `gates`.

    Raises:
        RefusedError: If the gates judged another model.
    """
    client, logged = MlflowClient(), Model.load(str(model))
    if description["gates"]["run"] != logged.run_id:
        msg = f"The gates have not passed the model in {model}, but an older one: run the pipeline evaluation first"
        raise RefusedError(msg)
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name)
    lineage = {tag: value for tag, value in client.get_run(logged.run_id).data.tags.items() if tag.startswith(LINEAGE)}
    version = client.create_model_version(
        name, source=f"models:/{logged.model_id}", run_id=logged.run_id, model_id=logged.model_id, tags=lineage
    )
    client.set_registered_model_alias(name, CHALLENGER, version.version)
    return {"name": name, "version": int(version.version), "run_id": logged.run_id, "model_id": logged.model_id} | description
