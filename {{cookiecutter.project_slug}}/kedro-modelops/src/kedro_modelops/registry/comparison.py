"""Compares two runs that ought to be the same."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
from mlflow.artifacts import download_artifacts
from mlflow.entities import Run
from mlflow.exceptions import MlflowException

from kedro_modelops.errors import RefusedError
from kedro_modelops.problem import load_problem
from kedro_modelops.registry.model_registry import lineage_in

SETS = {"test_": "held-out rows", "train_": "training rows"}
"""What names of metrics begin with, and on which rows they were measured."""
METRICS, PREDICTIONS = "metrics.json", "test_predictions.parquet"


def differences(original: Run, rebuilt: Run, scratch: Path, say: Callable[[str], None]) -> Iterator[str]:
    """Compares parameters, metrics and predictions; if they differ, so may code, data or environment.

    Args:
        original: The run that a version comes from.
        rebuilt: The run that ought to be its equal.
        scratch: A folder for what has to be downloaded.
        say: Told what of code, data and environment differs without consequence.

    Yields:
        A sentence for each difference.

    Raises:
        RefusedError: If a run has no metrics or predictions to compare.
    """
    was, now = (_results(run, scratch / name) for name, run in (("original", original), ("rebuilt", rebuilt)))
    results = [*_unequal("parameter", original.data.params, rebuilt.data.params), *_unequal("metric", was[0], now[0])]
    if not was[1].equals(now[1]):
        results.append(_unequal_rows(was[1], now[1]))
    origins = [lineage_in(run.data.tags) | {"mlflow.run": ""} for run in (original, rebuilt)]
    for difference in _unequal("lineage", *origins):
        if results:
            results.append(difference)
        else:
            say(f"Without consequence: {difference}")
    yield from results


def _results(run: Run, folder: Path) -> tuple[dict[str, Any], pd.DataFrame]:
    folder.mkdir()
    try:
        metrics, predictions = (
            Path(download_artifacts(f"{run.info.artifact_uri}/{name}", dst_path=str(folder)))
            for name in (METRICS, PREDICTIONS)
        )
    except (MlflowException, OSError) as error:
        msg = f"run {run.info.run_id} has no {METRICS} or {PREDICTIONS} to compare with"
        raise RefusedError(msg) from error
    return json.loads(metrics.read_text(encoding="utf-8")), pd.read_parquet(predictions)


def _unequal(kind: str, was: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    for name in sorted(was.keys() | now.keys()):
        if str(was.get(name)) != str(now.get(name)):
            yield f"{kind} {name}: {was.get(name)} then, {now.get(name)} now"


def _unequal_rows(was: pd.DataFrame, now: pd.DataFrame) -> str:
    if was.shape != now.shape or list(was.columns) != list(now.columns):
        return f"predictions: {was.shape[0]} rows, {was.shape[1]} columns then, {now.shape[0]}, {now.shape[1]} now"
    same = (was == now) | (was.isna() & now.isna())
    columns = [str(name) for name, equal in same.all().items() if not equal]
    return f"predictions: {int((~same).any(axis=1).sum())} of {len(was)} rows differ, in {', '.join(columns)}"


def side_by_side(was: dict[str, Any], now: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Names and values of both, in the order of names; an empty text stands for what one does not have."""
    return ((name, was.get(name, ""), now.get(name, "")) for name in sorted(was.keys() | now.keys()))


def tell_change(name: str, old: float, new: float, target: str) -> list[Any]:
    """The row of a table: what people call a metric of a run, its two values, and the change."""
    prefix = next((prefix for prefix in SETS if name.startswith(prefix)), "")
    if not prefix or name == f"{prefix}rows":
        return [name, old, new, f"{new - old:+.4f}"]
    metric = load_problem().metric(name.removeprefix(prefix), target)
    title = f"{metric.heading}, {SETS[prefix]}"
    return [title, metric.number(old), metric.number(new), metric.change(new - old)]
