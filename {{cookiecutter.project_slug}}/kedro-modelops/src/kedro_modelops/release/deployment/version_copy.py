"""Copies a registered version to another MLflow server, with the run that it came from: nobody trains it again."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, Run, RunTag
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from kedro_modelops.errors import RefusedError, without_credentials
from kedro_modelops.registry import model_registry, seals
from kedro_modelops.registry.promotion import VERDICTS
from kedro_modelops.registry.registration import register_challenger
from kedro_modelops.tracking.attempts import link
from kedro_modelops.tracking.runs import connect

COPIED = "copied_seal"
"""Tag of a run that was copied: seal of the version that was registered from it; the ledger says where that is."""
MLFLOWS = ("mlflow.runName", "mlflow.user")
"""Tags of MLflow's own that a copy keeps; the others are about what is there and not here."""
MOST = 100
"""Parameters, metrics or tags that MLflow takes at once."""


def copy_version(name: str, wanted: str, uri: str, settings: Mapping[str, Any], project: Path) -> ModelVersion:
    """Copies a version, which becomes the challenger there; one that is there already stays, and is not copied again.

    Model, evidence and lineage keep their bytes and hashes. The seal is made anew, since it names the run; the ledger
    there says of which seal it is a copy.

    Args:
        name: Of the registered model.
        wanted: Number or alias of the version.
        uri: Of the other MLflow server.
        settings: Of `mlflow.yml`.
        project: Root folder.

    Raises:
        RefusedError: If it is not what was registered, or the other server does not answer or lets nobody register.
    """
    version = model_registry.find(name, wanted)
    files, run = seals.read_model(version), model_registry.run_of(version)
    evidence = {file: seals.read_evidence(version, file) for file in seals.evidence(version)}
    here = mlflow.get_tracking_uri()
    if uri.rstrip("/") == here.rstrip("/"):
        msg = f"version {version.version} is in {uri} already: --to is to name another server"
        raise RefusedError(msg)
    seal, place = version.tags[seals.SEAL], without_credentials(here)
    reason = f"copied from {place}, version {version.version}, run {run.info.run_id}, seal {seal}"
    gates = json.loads(evidence[VERDICTS])
    described = {"gates": gates, "metrics": run.data.metrics, "card": evidence[model_registry.CARD].decode()}
    with TemporaryDirectory() as folder:
        model, artifacts = Path(folder, "model"), Path(folder, "artifacts")
        model.mkdir()
        files.write(model)
        mlflow.artifacts.download_artifacts(run_id=run.info.run_id, dst_path=str(artifacts))
        with _connected(uri, settings, project):
            found = _copied(seal) or _copy_run(run, seal, artifacts, model, settings["experiment"])
            with mlflow.start_run(found.info.run_id):
                noted = register_challenger(name, model, described | {"reason": reason})
            copy = model_registry.find(name, str(noted["version"]))
            if broken := [*seals.broken(copy), *seals.changed(copy)]:
                msg = f"the copy in {uri}, version {copy.version}, is not what was copied: {'; '.join(broken)}"
                raise RefusedError(msg)
            return copy


@contextmanager
def _connected(uri: str, settings: Mapping[str, Any], project: Path) -> Iterator[None]:
    """Uses another server while the context lasts."""
    before, chosen = mlflow.get_tracking_uri(), os.environ.get("MLFLOW_TRACKING_URI")
    os.environ["MLFLOW_TRACKING_URI"] = uri
    try:
        connect(dict(settings), project)
        yield
    except MlflowException as error:
        msg = f"{uri} takes no copy: {error}. Whoever copies has to be allowed to register there"
        raise RefusedError(msg) from error
    finally:
        mlflow.set_tracking_uri(before)
        os.environ.pop("MLFLOW_TRACKING_URI")
        if chosen:
            os.environ["MLFLOW_TRACKING_URI"] = chosen


def _copied(seal: str) -> Run | None:
    """The copy of a run that is there already."""
    wanted = f"tags.{COPIED} = '{seal}' AND attributes.status = 'FINISHED'"
    found = mlflow.search_runs(search_all_experiments=True, filter_string=wanted, output_format="list")
    return found[0] if found else None


def _copy_run(run: Run, seal: str, artifacts: Path, model: Path, experiment: str) -> Run:
    client, place = MlflowClient(), mlflow.get_experiment_by_name(experiment)
    kept = {tag: value for tag, value in run.data.tags.items() if not tag.startswith("mlflow.") or tag in MLFLOWS}
    copy = client.create_run(place.experiment_id, start_time=run.info.start_time)  # type: ignore[union-attr]  # connected
    params = [Param(name, value) for name, value in run.data.params.items()]
    metrics = [Metric(name, value, run.info.end_time or 0, 0) for name, value in run.data.metrics.items()]
    tags = [RunTag(name, value) for name, value in (kept | {COPIED: seal}).items()]
    for begin in range(0, max(len(params), len(metrics), len(tags)), MOST):
        part = slice(begin, begin + MOST)
        client.log_batch(copy.info.run_id, metrics[part], params[part], tags[part])
    client.log_artifacts(copy.info.run_id, str(artifacts))
    if run.inputs and run.inputs.dataset_inputs:
        client.log_inputs(copy.info.run_id, run.inputs.dataset_inputs)
    link(copy, model)
    client.set_terminated(copy.info.run_id, end_time=run.info.end_time)
    return client.get_run(copy.info.run_id)
