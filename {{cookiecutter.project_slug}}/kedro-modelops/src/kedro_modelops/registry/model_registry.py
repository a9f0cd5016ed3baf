"""The model registry: versions, their aliases and their lineage. Models are loaded from here, and from nowhere else."""

from collections.abc import Sequence

from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from kedro_modelops.errors import RefusedError
from kedro_modelops.models.model_files import ModelFiles
from kedro_modelops.models.registered_model import RegisteredModel
from kedro_modelops.registry import seals
from kedro_modelops.registry.ledger import entries
from kedro_modelops.registry.ledger.lock import lock
from kedro_modelops.registry.ledger.moves import REGISTRY, Move

CHALLENGER, CHAMPION = entries.CHALLENGER, entries.CHAMPION
LINEAGE = seals.LINEAGE
UNKNOWN = {"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"}
CARD, GOLDEN = "model_card.md", "golden.json"
LONGEST_NUMBER = 9
"""Digits of a version."""


def aliases(name: str) -> dict[str, str]:
    """Versions by alias; none when nothing was registered yet."""
    return entries.aliases(name)


def versions(name: str) -> list[ModelVersion]:
    """All versions, the newest first."""
    found = MlflowClient().search_model_versions(f"name = '{name}'", max_results=10_000)
    return sorted(found, key=lambda version: int(version.version), reverse=True)


def find(name: str, wanted: str) -> ModelVersion:
    """The version with this number or alias.

    Raises:
        RefusedError: If there is none.
    """
    client, numbered = MlflowClient(), wanted.isascii() and wanted.isdigit()
    try:
        if not numbered and wanted:
            return client.get_model_version_by_alias(name, wanted)
        if numbered and len(wanted) <= LONGEST_NUMBER:
            return client.get_model_version(name, wanted)
    except MlflowException as error:
        if error.error_code not in UNKNOWN:
            raise
    what = f"no version {wanted}" if numbered else f"no version with the alias '{wanted}'"
    msg = f"{name} has {what}: `kedro model list` shows what there is, `kedro model promote` sets an alias"
    raise RefusedError(msg)


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
    return seals.read_evidence(version, CARD).decode()


def golden(version: ModelVersion) -> str:
    """What a version answered to some requests when it was trained, as JSON; RefusedError if that was not recorded."""
    return seals.read_evidence(version, GOLDEN).decode()


def set_image(name: str, wanted: str, image: str) -> None:
    """Adds the digest of the image that was built with a version to its lineage, and notes it in the ledger."""
    version = find(name, wanted)
    noted = Move(seals.SET_IMAGE, REGISTRY, "", str(version.version), entries.who(), "", "", image)
    with lock(), entries.entry(name, noted):
        MlflowClient().set_model_version_tag(name, version.version, seals.IMAGE, image)


def load(name: str, wanted: str, trusted_types: Sequence[str] = ()) -> RegisteredModel:
    """Loads the version with this number or alias.

    Args:
        name: Of the registered model.
        wanted: Number or alias of the version.
        trusted_types: Types beyond scikit-learn's public ones that it may hold: from the catalog, or from the bundle.

    Raises:
        RefusedError: If there is none, or if it is not what was registered.
    """
    version = find(name, wanted)
    return from_files(version, seals.read_model(version), trusted_types)


def from_files(version: ModelVersion, files: ModelFiles, trusted_types: Sequence[str]) -> RegisteredModel:
    """Makes the model of a version from its files."""
    estimator, run = files.load_model(trusted_types), run_of(version).info.run_id
    return RegisteredModel(estimator, version.name, str(version.version), run, lineage_in(version.tags))
