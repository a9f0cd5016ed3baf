"""Sends datasets that were just saved to the active MLflow run."""

import json
import time
from collections.abc import Callable, Iterable
from typing import Any

import mlflow
import pandas as pd
from mlflow.entities import Metric, Param, RunTag

from kedro_modelops.registry.model_registry import lineage_in
from kedro_modelops.sessions.local_copies import local_copy
from kedro_modelops.tracking.attempts import model_of, name_after
from kedro_modelops.tracking.lineage import commit_name
from kedro_modelops.tracking.runs import active_run


def log_saved(kind: str, data: Any, dataset: Any) -> None:
    """Sends a dataset that was just saved to the active run.

    Args:
        kind: The catalog's `metadata.mlflow`: `metrics` (a flat dictionary), `candidates` (the table of a search,
            a nested run for each row), `gates` (verdicts), or `artifact` (the file alone).
        data: What was saved.
        dataset: Where, on this disk or on what fsspec reaches.
    """
    if kind == "metrics":
        mlflow.log_metrics(data, model_id=model_of(active_run()))  # MLflow lists runs and models
    elif kind == "candidates":
        _log_candidates(data)
    elif kind == "gates":
        _log_gates(data)
    with local_copy(dataset) as file:
        mlflow.log_artifact(str(file))


def take_over(evidence: Iterable[tuple[str, Callable[[], Any], Any]]) -> None:
    """Sends what earlier runs found about the same model to the active run, which looks at it again.

    Args:
        evidence: The catalog's `metadata.mlflow`, what loads the dataset, and the dataset itself.
    """
    there = [(kind, load, dataset) for kind, load, dataset in evidence if dataset.exists()]
    judged = [load() for kind, load, _ in there if kind == "gates"]
    trained_by = lineage_in(active_run().data.tags).get("mlflow.run")
    if any(gates["run"] != trained_by for gates in judged):
        return  # it is about another model
    for kind, load, dataset in there:
        if kind == "candidates":
            _name(load())
        log_saved(kind if kind in {"metrics", "gates"} else "artifact", load(), dataset)


def _name(tried: pd.DataFrame) -> None:
    """Names the active run by the candidate that came first."""
    run = active_run()
    name_after(run, str(tried["candidate"].iloc[0]), commit_name(lineage_in(run.data.tags)))


def _log_candidates(tried: pd.DataFrame) -> None:
    client, parent, now = mlflow.MlflowClient(), active_run(), int(time.time() * 1000)
    _name(tried)
    mlflow.log_metric("cv_score", float(tried["score"].iloc[0]))
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


def _log_gates(judged: dict[str, Any]) -> None:
    gates = judged["gates"]
    mlflow.log_metrics({f"gates/{gate['name']}": gate["measured"] for gate in gates if gate["measured"] is not None})
    mlflow.log_metrics({f"gates/{gate['name']}_failed": float(gate["verdict"] == "failed") for gate in gates})
    mlflow.set_tags(
        {"gates.verdict": judged["verdict"]}
        | {f"gates.{kind}": ", ".join(judged[kind]) for kind in ("failed", "switched_off")}
    )
