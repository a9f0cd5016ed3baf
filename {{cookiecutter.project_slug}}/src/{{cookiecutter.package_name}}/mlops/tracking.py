"""One MLflow run for each training attempt, whether `kedro run` or the stages of `dvc repro` do the work."""

import json
import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlflow
from kedro.config import AbstractConfigLoader
from mlflow.data.meta_dataset import MetaDataset
from mlflow.data.sources import LocalArtifactDatasetSource  # type: ignore[attr-defined]  # made at run time
from mlflow.entities import Run
from mlflow.exceptions import MlflowException
from mlflow.models import Model
from mlflow.utils.validation import MAX_DATASET_DIGEST_SIZE, MAX_PARAM_VAL_LENGTH, MAX_PARAMS_TAGS_PER_BATCH
from pydantic import ValidationError

from ..errors import RefusedError
from . import lineage
from .registry import LINEAGE
from .resources import Meter, Prices, total

logging.getLogger("mlflow.utils.environment").setLevel(
    logging.ERROR
)  # it misses pip, which uv's environments have no need of

EMBEDDED = "sqlite:///"
_meters: dict[str, Meter] = {}
"""What measures each open run."""


def connect(settings: dict[str, Any], project: Path) -> None:
    """Chooses the tracking server and the experiment, which is made when it does not exist.

    Args:
        settings: Of `mlflow.yml`; the environment's MLFLOW_TRACKING_URI wins over its `tracking_uri`.
        project: Root folder, against which the embedded store's paths are taken.

    Raises:
        RefusedError: If the server does not answer.
    """
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")  # seven, the default, is two minutes of silence
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    chosen = os.environ.get("MLFLOW_TRACKING_URI")
    uri = chosen or settings["tracking_uri"]
    if uri.startswith(EMBEDDED):
        database = project / uri.removeprefix(EMBEDDED)
        database.parent.mkdir(parents=True, exist_ok=True)
        uri = f"{EMBEDDED}{database.as_posix()}"  # MLflow keeps one connection for each address, in whichever folder
    mlflow.set_tracking_uri(uri)
    if not chosen:
        os.environ.pop("MLFLOW_TRACKING_URI", None)  # MLflow writes it, and the next session would take it for a choice
    try:
        known = mlflow.get_experiment_by_name(settings["experiment"])
    except MlflowException as error:
        msg = f"MLflow at {uri} does not answer; start it, or change MLFLOW_TRACKING_URI or conf/base/mlflow.yml"
        raise RefusedError(msg) from error
    if known is None and not uri.startswith(("http", "databricks")):
        mlflow.create_experiment(
            settings["experiment"], artifact_location=(project / settings["artifact_root"]).as_uri()
        )
    mlflow.set_experiment(settings["experiment"])


def start(project: Path, config: AbstractConfigLoader, inputs: list[Path]) -> None:
    """Opens a run and logs where it comes from: parameters, lineage, and data sets with their DVC hashes."""
    parameters = config["parameters"]
    origin = lineage.code_version(project) | lineage.environment(project) | lineage.data_version(project, inputs)
    origin |= {"parameters": lineage.parameters_hash(parameters)}
    origin |= {"kedro.env": config.env or "local", "kedro.params": json.dumps(config.runtime_params)}
    meter = _meter(parameters)
    run = mlflow.start_run(tags={f"{LINEAGE}{name}": value for name, value in origin.items()})
    mlflow.set_tag(f"{LINEAGE}mlflow.run", run.info.run_id)
    _meters[run.info.run_id] = meter
    _log_parameters(dict(_flat(parameters)))
    for path, value in lineage.inputs(origin).items():
        source = LocalArtifactDatasetSource(path)
        dataset = MetaDataset(source, name=path, digest=value[:MAX_DATASET_DIGEST_SIZE])  # type: ignore[abstract]  # as MLflow's own docs use it
        mlflow.log_input(dataset, context="training")


def resume(model: Path, parameters: dict[str, Any]) -> None:
    """Goes on with the run that trained a model. Parameters changed since then become tags: MLflow's are final."""
    meter = _meter(parameters)
    run = mlflow.start_run(run_id=Model.load(str(model)).run_id)
    _meters[run.info.run_id] = meter
    now = dict(_flat(parameters))
    changed = {name: value for name, value in now.items() if run.data.params.get(name, value) != value}
    mlflow.set_tags({f"changed.{name}": value for name, value in changed.items()})
    _log_parameters({name: value for name, value in now.items() if name not in run.data.params})


def _meter(parameters: dict[str, Any]) -> Meter:
    try:
        return Meter(Prices.model_validate(parameters.get("prices")))
    except ValidationError as error:
        msg = f"the parameter prices (conf/base/parameters_registration.yml) cannot be used: {error.errors()[0]['msg']}"
        raise RefusedError(msg) from error


def _log_parameters(flat: dict[str, str]) -> None:
    items = list(flat.items())
    for first in range(0, len(items), MAX_PARAMS_TAGS_PER_BATCH):
        mlflow.log_params(dict(items[first : first + MAX_PARAMS_TAGS_PER_BATCH]), synchronous=True)


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else str(key))
    else:
        yield re.sub(r"[^\w.\- /:]", "_", name), str(value)[:MAX_PARAM_VAL_LENGTH]


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


def finish(status: str = "FINISHED") -> None:
    """Closes the run, if one is open."""
    if run := mlflow.active_run():
        if run.info.run_id in _meters:
            measure()
        mlflow.end_run(status)
