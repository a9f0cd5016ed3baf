"""One MLflow run for each training attempt, whether `kedro run` or the stages of `dvc repro` do the work."""

import json
import logging
import os
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import mlflow
from kedro.config import AbstractConfigLoader
from mlflow.data.meta_dataset import MetaDataset
from mlflow.data.sources import LocalArtifactDatasetSource  # type: ignore[attr-defined]  # made at run time
from mlflow.entities import Run
from mlflow.exceptions import MlflowException
from mlflow.utils.validation import MAX_DATASET_DIGEST_SIZE
from pydantic import ValidationError

from kedro_modelops.errors import RefusedError
from kedro_modelops.registry.model_registry import LINEAGE
from kedro_modelops.tracking import attempts, commits, lineage, processes
from kedro_modelops.tracking.embedded_store import EMBEDDED, locate_store, open_store
from kedro_modelops.tracking.parameters import flat, log_parameters
from kedro_modelops.tracking.resources import Meter, Prices, total

logger = logging.getLogger(__name__)
logging.getLogger("mlflow.utils.environment").setLevel(
    logging.ERROR
)  # it misses pip, which uv's environments have no need of

_meters: dict[str, Meter] = {}
"""What measures each open run."""


def connect(settings: dict[str, Any], project: Path) -> None:
    """Chooses the tracking server and the experiment, which is made when it does not exist.

    Args:
        settings: Of `mlflow.yml`; the environment's MLFLOW_TRACKING_URI wins over its `tracking_uri`.
        project: Root folder, against which the embedded store's paths are taken.

    Raises:
        RefusedError: If the server does not answer, or another process keeps the embedded store locked.
    """
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")  # seven, the default, is two minutes of silence
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    chosen = os.environ.get("MLFLOW_TRACKING_URI")
    uri = chosen or settings["tracking_uri"]
    database = None
    if uri.startswith(EMBEDDED):
        database, uri = locate_store(uri, project)
    mlflow.set_tracking_uri(uri)
    if not chosen:
        os.environ.pop("MLFLOW_TRACKING_URI", None)  # MLflow writes it, and the next session would take it for a choice
    with open_store(database, project, settings) if database else nullcontext():
        _choose_experiment(uri, project, settings)


def _choose_experiment(uri: str, project: Path, settings: dict[str, Any]) -> None:
    try:
        known = mlflow.get_experiment_by_name(settings["experiment"])
    except MlflowException as error:
        msg = f"MLflow at {uri} does not answer; start it, or change MLFLOW_TRACKING_URI or conf/base/mlflow.yml"
        raise RefusedError(msg) from error
    if known is None and not uri.startswith(("http", "databricks")):
        artifacts = project.resolve() / settings["artifact_root"]
        mlflow.create_experiment(settings["experiment"], artifact_location=artifacts.as_uri())
    mlflow.set_experiment(settings["experiment"])


def start(project: Path, config: AbstractConfigLoader, inputs: list[Path]) -> None:
    """Opens a run and logs where it comes from: parameters, lineage, and data sets with their DVC hashes."""
    parameters = config["parameters"]
    code = commits.code_version(project)
    origin = code | lineage.environment(project) | lineage.data_version(project, inputs)
    origin |= {"parameters": lineage.parameters_hash(parameters)}
    origin |= {"kedro.env": config.env or "local", "kedro.params": json.dumps(config.runtime_params)}
    for sentence in lineage.unclean(origin):
        logger.warning("A version of this run will not be promoted: %s. Commit first.", sentence)
    meter, tags = start_meter(parameters), {f"{LINEAGE}{name}": value for name, value in origin.items()}
    run = open_run(meter, run_name=f"training {lineage.commit_name(code)}", tags=tags)
    mlflow.set_tag(f"{LINEAGE}mlflow.run", run.info.run_id)
    log_parameters(dict(flat(parameters)))
    for path, value in lineage.inputs(origin).items():
        source = LocalArtifactDatasetSource(path)
        dataset = MetaDataset(source, name=path, digest=value[:MAX_DATASET_DIGEST_SIZE])  # type: ignore[abstract]  # as MLflow's own docs use it
        mlflow.log_input(dataset, context="training")


def open_run(meter: Meter, **options: Any) -> Run:
    """Opens a run for this process, and counts what it takes from when the meter was started."""
    run = mlflow.start_run(**options)
    mlflow.set_tags(processes.process_tags())
    _meters[run.info.run_id] = meter
    return run


def start_meter(parameters: dict[str, Any]) -> Meter:
    """Measures from now on; RefusedError if the prices are none."""
    try:
        return Meter(Prices.model_validate(parameters.get("prices")))
    except ValidationError as error:
        msg = f"the parameter prices (conf/base/parameters_registration.yml) cannot be used: {error.errors()[0]['msg']}"
        raise RefusedError(msg) from error


def active_run() -> Run:
    """The run that the hooks opened, as it is now."""
    run = mlflow.active_run()
    assert run is not None  # noqa: S101  (see the hooks)
    return mlflow.MlflowClient().get_run(run.info.run_id)


def measure() -> dict[str, float]:
    """Logs what the active run took until now, with what earlier processes of it took; each process does so once."""
    run = active_run()
    taken = total(run.data.metrics, _meters.pop(run.info.run_id).read())
    mlflow.log_metrics(taken)
    return taken


def finish(status: str = "FINISHED", *, empty: bool = False) -> None:
    """Closes the run, if one is open.

    Args:
        status: Of MLflow.
        empty: Whether it was started for something that did not begin: such a run is not kept.
    """
    if run := mlflow.active_run():
        if empty and status != processes.KILLED and not attempts.is_registered(run):
            _meters.pop(run.info.run_id, None)
            mlflow.end_run(status)
            mlflow.delete_run(run.info.run_id)
            return
        if run.info.run_id in _meters:
            measure()
        if status == processes.KILLED:
            processes.kill(run)
        mlflow.end_run(status)
