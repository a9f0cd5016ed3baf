"""One MLflow run for each training attempt, whether `kedro run` or the stages of `dvc repro` do the work."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow.data.dataset_source_registry import resolve_dataset_source
from mlflow.data.meta_dataset import MetaDataset
from mlflow.entities import Metric, Param, RunTag
from mlflow.models import Model
from mlflow.utils.time import get_current_time_millis
from mlflow.utils.validation import MAX_PARAM_VAL_LENGTH, MAX_PARAMS_TAGS_PER_BATCH

from . import lineage
from .registry import LINEAGE


def connect(settings: dict[str, Any], project: Path) -> None:
    """Chooses the tracking server and the experiment, which is made when it does not exist.

    Args:
        settings: Of `mlflow.yml`; the environment's MLFLOW_TRACKING_URI wins over its `tracking_uri`.
        project: Root folder, against which the embedded store's paths are taken.
    """
    uri = os.environ.get("MLFLOW_TRACKING_URI") or settings["tracking_uri"]
    mlflow.set_tracking_uri(uri)
    embedded = not uri.startswith(("http", "databricks"))
    if embedded and mlflow.get_experiment_by_name(settings["experiment"]) is None:
        mlflow.create_experiment(settings["experiment"], artifact_location=(project / settings["artifact_root"]).as_uri())
    mlflow.set_experiment(settings["experiment"])


def start(project: Path, parameters: dict[str, Any]) -> None:
    """Opens a run and logs where it comes from: parameters, lineage, and data sets with their DVC hashes."""
    hashes = lineage.data_hashes(project)
    tags = (
        lineage.code_version(project)
        | lineage.environment(project)
        | {"parameters": lineage.parameters_hash(parameters)}
        | {f"data.{path}": value for path, value in hashes.items()}
    )
    mlflow.start_run(tags={f"{LINEAGE}{name}": value for name, value in tags.items()})
    _log_parameters(dict(_flat(parameters)))
    for path, value in hashes.items():
        mlflow.log_input(MetaDataset(resolve_dataset_source(path), name=path, digest=value), context="training")


def resume(model: Path, parameters: dict[str, Any]) -> None:
    """Goes on with the run that trained a model. Parameters that have changed since then become tags: MLflow's are final."""
    run = mlflow.start_run(run_id=Model.load(str(model)).run_id)
    now = dict(_flat(parameters))
    changed = {name: value for name, value in now.items() if run.data.params.get(name, value) != value}
    mlflow.set_tags({f"changed.{name}": value for name, value in changed.items()})
    _log_parameters({name: value for name, value in now.items() if name not in run.data.params})


def _log_parameters(flat: dict[str, str]) -> None:
    items = list(flat.items())
    for first in range(0, len(items), MAX_PARAMS_TAGS_PER_BATCH):
        mlflow.log_params(dict(items[first : first + MAX_PARAMS_TAGS_PER_BATCH]), synchronous=True)


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else str(key))
    else:
        yield name, str(value)[:MAX_PARAM_VAL_LENGTH]


def log_saved(kind: str, data: Any, filepath: Path) -> None:
    """Sends a dataset that was just saved to the active run.

    Args:
        kind: The catalog's `metadata.mlflow`: `metrics` (a flat dictionary), `candidates` (the table of a search, a nested run for each row),
            or `artifact` (the file).
        data: What was saved.
        filepath: Where.
    """
    if kind == "metrics":
        mlflow.log_metrics(data)
    elif kind == "candidates":
        _log_candidates(data)
    mlflow.log_artifact(str(filepath))


def _log_candidates(tried: pd.DataFrame) -> None:
    client, parent, now = mlflow.MlflowClient(), mlflow.active_run(), get_current_time_millis()
    for row in tried.to_dict("records"):
        tags = {"mlflow.parentRunId": parent.info.run_id, "mlflow.source.type": "LOCAL"}
        run = client.create_run(parent.info.experiment_id, run_name=row["candidate"], tags=tags)
        settings = {"candidate": row["candidate"]} | json.loads(row["settings"])
        measured = {name: row[name] for name in ("score", "score_std", "train_score", "fit_seconds")}
        client.log_batch(
            run.info.run_id,
            metrics=[Metric(f"cv_{name}", float(value), now, 0) for name, value in measured.items()],
            params=[Param(name, str(value)) for name, value in settings.items()],
            tags=[RunTag("candidate", row["candidate"])],
        )
        client.set_terminated(run.info.run_id)


def finish(status: str = "FINISHED") -> None:
    """Closes the run, if one is open."""
    if mlflow.active_run():
        mlflow.end_run(status)
