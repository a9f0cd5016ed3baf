"""Registration: a model that passed its gates becomes a version, with all that is sealed in its tags."""

import logging
from pathlib import Path
from typing import Any

import mlflow
from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion
from mlflow.models import Model

from kedro_modelops.errors import RefusedError
from kedro_modelops.models.model_files import ModelFiles
from kedro_modelops.models.registered_model import digest, shortened
from kedro_modelops.registry import seals
from kedro_modelops.registry.ledger import entries
from kedro_modelops.registry.ledger.lock import lock
from kedro_modelops.registry.model_registry import CARD, CHALLENGER, aliases, versions
from kedro_modelops.tracking.attempts import model_of

logger = logging.getLogger(__name__)


def register_challenger(name: str, model: Path, description: dict[str, Any]) -> dict[str, Any]:
    """Registers a logged model under `name` and gives it the alias `challenger`.

    The version carries as tags the lineage of its run, the digest of its files, the hashes of its verdicts and of the
    files of its run, and a seal over these, which the ledger has too; its metrics; and its card as description. A model
    that is registered with these verdicts already keeps its version.

    Args:
        name: Name of the registered model; made when it does not exist.
        model: Folder of a model that was logged to MLflow.
        description: `metrics` of the evaluation, `gates` that it passed, the model `card` and, of a copy, the `reason`.

    Returns:
        `name`, `version`, `run_id`, `model_id` and `metrics`.

    Raises:
        RefusedError: If the gates judged another model, or what MLflow holds is not what they judged.
    """
    client, logged = MlflowClient(), Model.load(str(model))
    if description["gates"]["run"] != logged.run_id:
        msg = f"The gates have not passed the model in {model}, but an older one: run the pipeline evaluation first"
        raise RefusedError(msg)
    evidence, held = digest(description["gates"]), ModelFiles(model).digest
    with lock():
        if not entries.registered(name):
            client.create_registered_model(name)
        card = shortened(description["card"], CARD)
        version = _known(name, evidence, held) or _create(name, model, evidence, description["metrics"], card)
        if aliases(name).get(CHALLENGER) != str(version.version):
            reason = description.get("reason", "")
            with entries.entry(name, seals.registration(version)._replace(reason=reason)):
                client.set_registered_model_alias(name, CHALLENGER, version.version)
    note = {"name": name, "version": int(version.version), "run_id": version.run_id}
    return note | {"model_id": str(version.source).removeprefix("models:/"), "metrics": description["metrics"]}


def _known(name: str, evidence: str, held: str) -> ModelVersion | None:
    """The version that holds this model with this evidence, if it is as it was registered."""
    for version in versions(name):
        same = version.tags.get(seals.EVIDENCE) == evidence and version.tags.get(seals.MODEL) == held
        if same and not seals.broken(version):
            logger.info("The model and its evidence are the same as version %s of %s", version.version, name)
            return version
    return None


def _create(name: str, model: Path, evidence: str, metrics: dict[str, float], card: str) -> ModelVersion:
    """Makes a version of the model in a folder, from the run that is open or, if none is, from that of its training.

    Args:
        name: Of the registered model.
        model: The folder.
        evidence: Hash of the verdicts.
        metrics: Of the evaluation; those of the test set become tags, which MLflow lists.
        card: The version's description.

    Raises:
        RefusedError: If MLflow holds other files than those in the folder.
    """
    client, active = MlflowClient(), mlflow.active_run()
    run = client.get_run(active.info.run_id if active else str(Model.load(str(model)).run_id))
    run_id, model_id = run.info.run_id, str(model_of(run))
    tags = {tag: value for tag, value in run.data.tags.items() if tag.startswith(seals.LINEAGE)}
    tags |= {seals.EVIDENCE: evidence, seals.MODEL: seals.seal_model(model, model_id)} | seals.seal_files(run_id)
    tags |= seals.seal(tags, run_id)
    tags |= {metric: f"{value:.4f}" for metric, value in metrics.items() if metric.startswith("test_")}
    return client.create_model_version(name, f"models:/{model_id}", run_id, tags, description=card, model_id=model_id)
