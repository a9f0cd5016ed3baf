"""The model registry: versions, their aliases and their lineage. Models are loaded from here, and from nowhere else."""

from pathlib import Path
from typing import Any

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.models import Model

from ..errors import RefusedError
from .registered import RegisteredModel, digest

CHALLENGER, CHAMPION = "challenger", "champion"
LINEAGE = "lineage."
EVIDENCE = "evidence"
"""Tag of a version: hash of the verdicts with which it was registered."""
UNKNOWN = {"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"}
CARD, GOLDEN = "model_card.md", "golden.json"
LONGEST_DESCRIPTION = 5000
"""Characters that MLflow's database holds."""


def register_challenger(name: str, model: Path, description: dict[str, Any]) -> dict[str, Any]:
    """Registers a logged model under `name` and gives it the alias `challenger`.

    The version carries the lineage of its run and the hash of its verdicts as tags, and its card as description.

    Args:
        name: Name of the registered model; made when it does not exist.
        model: Folder of a model that was logged to MLflow.
        description: `metrics` of the evaluation, `gates` that it passed and the model `card`.

    Returns:
        `name`, `version`, `run_id`, `model_id` and `metrics`.

    Raises:
        RefusedError: If the gates judged another model.
    """
    client, logged = MlflowClient(), Model.load(str(model))
    if description["gates"]["run"] != logged.run_id:
        msg = f"The gates have not passed the model in {model}, but an older one: run the pipeline evaluation first"
        raise RefusedError(msg)
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name)
    tags = {tag: value for tag, value in client.get_run(logged.run_id).data.tags.items() if tag.startswith(LINEAGE)}
    tags[EVIDENCE] = digest(description["gates"])
    source = f"models:/{logged.model_id}"
    card = _shortened(description["card"])
    version = client.create_model_version(name, source, logged.run_id, tags, description=card, model_id=logged.model_id)
    client.set_registered_model_alias(name, CHALLENGER, version.version)
    note = {"name": name, "version": int(version.version), "run_id": logged.run_id, "model_id": logged.model_id}
    return note | {"metrics": description["metrics"]}


def _shortened(card: str) -> str:
    if len(card) <= LONGEST_DESCRIPTION:
        return card
    rest = f"\n\n*The rest stands in the run's artifact `{CARD}`.*\n"
    return card[: LONGEST_DESCRIPTION - len(rest)].rpartition("\n")[0] + rest


def aliases(name: str) -> dict[str, str]:
    """Versions by alias; none when nothing was registered yet."""
    found = MlflowClient().search_registered_models(f"name = '{name}'")
    return {alias: str(version) for alias, version in found[0].aliases.items()} if found else {}


def versions(name: str) -> list[ModelVersion]:
    """All versions, the newest first."""
    found = MlflowClient().search_model_versions(f"name = '{name}'", max_results=10_000)
    return sorted(found, key=lambda version: int(version.version), reverse=True)


def find(name: str, wanted: str) -> ModelVersion:
    """The version with this number or alias.

    Raises:
        RefusedError: If there is none.
    """
    client = MlflowClient()
    try:
        return (
            client.get_model_version(name, wanted)
            if wanted.isdigit()
            else client.get_model_version_by_alias(name, wanted)
        )
    except MlflowException as error:
        if error.error_code not in UNKNOWN:
            raise
        what = f"no version {wanted}" if wanted.isdigit() else f"no version with the alias '{wanted}'"
        msg = f"{name} has {what}: `kedro model list` shows what there is, `kedro model promote` sets an alias"
        raise RefusedError(msg) from error


def run_of(version: ModelVersion) -> Run:
    """The run that trained a version.

    Raises:
        RefusedError: If it was registered without one.
    """
    if not version.run_id:
        msg = f"version {version.version} of {version.name} belongs to no run: it was not registered by this project"
        raise RefusedError(msg)
    return MlflowClient().get_run(version.run_id)


def lineage_in(tags: dict[str, str]) -> dict[str, str]:
    """What a run or version came from, by name."""
    return {tag.removeprefix(LINEAGE): value for tag, value in tags.items() if tag.startswith(LINEAGE)}


def card(version: ModelVersion) -> str:
    """The whole model card; the version's description may be shortened."""
    return str(mlflow.artifacts.load_text(f"runs:/{version.run_id}/{CARD}"))


def golden(version: ModelVersion) -> str:
    """What a version answered to some requests when it was trained, as JSON.

    Raises:
        RefusedError: If that was not recorded.
    """
    try:
        return str(mlflow.artifacts.load_text(f"runs:/{version.run_id}/{GOLDEN}"))
    except MlflowException as error:
        msg = f"the run of version {version.version} has no {GOLDEN}, with which a deployment is tried: train it anew"
        raise RefusedError(msg) from error


def set_image(name: str, version: str, image: str) -> None:
    """Adds the digest of the image that was built with a version to its lineage."""
    MlflowClient().set_model_version_tag(name, find(name, version).version, f"{LINEAGE}image", image)


def load(name: str, wanted: str) -> RegisteredModel:
    """Loads the version with this number or alias from the registry.

    Raises:
        RefusedError: If there is none.
    """
    version = find(name, wanted)
    estimator = mlflow.sklearn.load_model(f"models:/{name}/{version.version}")
    return RegisteredModel(estimator, name, str(version.version), run_of(version).info.run_id, lineage_in(version.tags))


def download(name: str, version: str) -> Path:
    """Brings the files of a version here."""
    return Path(mlflow.artifacts.download_artifacts(f"models:/{name}/{version}"))
