"""Sends datasets that were just saved to the active MLflow run."""

import json
import time
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow.entities import Metric, Param, RunTag

from .tracking import active_run


def log_saved(kind: str, data: Any, filepath: Path) -> None:
    """Sends a dataset that was just saved to the active run.

    Args:
        kind: The catalog's `metadata.mlflow`: `metrics` (a flat dictionary), `candidates` (the table of a search,
            a nested run for each row), `gates` (verdicts), or `artifact` (the file alone).
        data: What was saved.
        filepath: Where.
    """
    if kind == "metrics":
        mlflow.log_metrics(data)
    elif kind == "candidates":
        _log_candidates(data)
    elif kind == "gates":
        _log_gates(data)
    mlflow.log_artifact(str(filepath))


def _log_candidates(tried: pd.DataFrame) -> None:
    client, parent, now = mlflow.MlflowClient(), active_run(), int(time.time() * 1000)
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
