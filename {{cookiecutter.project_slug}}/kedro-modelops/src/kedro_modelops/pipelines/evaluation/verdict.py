"""Lets the gates judge a model, and stops the pipeline when one of them refuses it."""

import hashlib
from typing import Any

import pandas as pd
from sklearn.pipeline import Pipeline

from kedro_modelops.errors import RefusedError
from kedro_modelops.gates import Champion, Evidence, Gates
from kedro_modelops.roles import Roles


def judge_gates(  # noqa: PLR0913, PLR0917  (a judgement rests on all the evidence)
    model: Pipeline,
    train_set: pd.DataFrame,
    test_set: pd.DataFrame,
    predictions: pd.DataFrame,
    metrics: dict[str, float],
    slices: pd.DataFrame,
    champion: Champion | None,
    lineage: dict[str, str],
    problem: Roles,
    scoring: str,
    seed: int,
    gates: Gates,
) -> dict[str, Any]:
    """Asks each gate; none stops the pipeline yet, so that the report can show them all.

    Args:
        model: A fitted pipeline.
        train_set: What it was fitted on.
        test_set: What it has not seen.
        predictions: From `predict_test_set`.
        metrics: From `measure`.
        slices: From `measure_slices`.
        champion: The model that serves now.
        lineage: What the model came from.
        problem: Roles of the columns.
        scoring: Name of the primary scorer.
        seed: For everything random.
        gates: The gates with their settings.

    Returns:
        The verdict, in all and of each gate: see `Gates.judge`.

    Raises:
        RefusedError: If the primary metric was not measured.
    """
    if f"test_{scoring}" not in metrics:
        msg = f"{scoring} (training.scoring) decides, but is not among evaluation.metrics: add it there"
        raise RefusedError(msg)
    return gates.judge(
        Evidence(model, train_set, test_set, problem, scoring, seed, metrics, slices, predictions, champion, lineage)
    )


def enforce_gates(gates: dict[str, Any], report: str) -> dict[str, Any]:
    """Lets a model through that no gate refuses; what depends on this, registration above all, never sees another.

    Args:
        gates: From `judge_gates`.
        report: The page that shows them, which exists before anything is refused.

    Returns:
        The evidence on which the model was let through: its run, the verdict of each gate, and the report's SHA-256.

    Raises:
        RefusedError: If a gate refuses; it names all that do, and why.
    """
    refused = [f"  - {gate['name']}: {gate['sentence']}" for gate in gates["gates"] if gate["name"] in gates["failed"]]
    if refused:
        title = "The model is refused and will not be registered. Gates that failed, and the report shows more:"
        raise RefusedError("\n".join([title, *refused]))
    verdicts = {gate["name"]: gate["verdict"] for gate in gates["gates"]}
    evidence = hashlib.sha256(report.encode()).hexdigest()
    return {"run": gates["run"], "gates": verdicts, "report_sha256": evidence}
