"""What a training came to, in Markdown: for a pull request, or the page of a workflow's run."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import mlflow
import pandas as pd
from kedro.io import CatalogProtocol
from mlflow.entities import Run

from kedro_modelops.errors import RefusedError
from kedro_modelops.metrics import Metric
from kedro_modelops.models.slices import judged_slices
from kedro_modelops.problem import load_problem
from kedro_modelops.registry.model_registry import CHAMPION, aliases, find, run_of
from kedro_modelops.tracking.attempts import newest

MARKS = {"passed": "✅", "failed": "❌"}
MOST_BARS = 30
"""Features that a chart shows."""


def summarize(name: str, catalog: CatalogProtocol[Any, Any], parameters: Mapping[str, Any]) -> str:
    """Puts the metrics of the newest training beside the champion's, and tells what the gates said.

    Args:
        name: Of the registered model.
        catalog: With `metrics`, `gates`, `importances` and `slices` of the evaluation.
        parameters: Of the project, which know the primary metric and what is predicted.

    Returns:
        Markdown: a verdict, two tables, two charts, and where the run is.

    Raises:
        RefusedError: If nothing has been judged yet.
    """
    if not catalog.exists("gates"):
        msg = "nothing has been judged yet: `kedro run` trains and judges"
        raise RefusedError(msg)
    metrics, gates = catalog.load("metrics"), catalog.load("gates")
    serving, before = champion_metrics(name)
    target, primary = parameters["problem"]["target"], parameters["training"]["scoring"]
    rows = (
        [metric.heading, metric.number(value), *_beside(metric, value, before.get(f"test_{metric.scorer}"))]
        for metric, value in held_out(metrics, target)
    )
    shown = load_problem().metric(primary, target)
    served = f"champion (version {serving})" if serving else "champion (none yet)"
    verdicts = [(gate["name"], gate["verdict"], gate["sentence"]) for gate in gates["gates"]]
    judged = ([gate, f"{MARKS.get(verdict, '')} {verdict}", sentence] for gate, verdict, sentence in verdicts)
    refused = f"Refused by {', '.join(gates['failed'])}: nothing was registered."
    return "\n".join(
        [
            f"## Training\n\n{refused if gates['failed'] else 'All gates passed.'}\n",
            *_table(["test set", "this model", served, "change"], rows),
            "",
            *_table(["gate", "verdict", "why"], judged),
            "",
            *_lost(catalog.load("importances")),
            *_bars(f"{shown.heading}, slice by slice", _judged(catalog.load("slices"), shown), "slice", "score"),
            f"\n{_place(newest(gates['run']), gates['run'])}",
        ]
    )


def champion_metrics(name: str) -> tuple[str, Mapping[str, float]]:
    """The version that serves, and the metrics of its run; empty before there is one."""
    serving = aliases(name).get(CHAMPION)
    return (serving, run_of(find(name, serving)).data.metrics) if serving else ("", {})


def held_out(metrics: Mapping[str, float], target: str) -> Iterator[tuple[Metric, float]]:
    """The metrics of the test set, for people, with what their scorers gave."""
    for name, value in metrics.items():
        if name.startswith("test_") and name != "test_rows":
            yield load_problem().metric(name.removeprefix("test_"), target), value


def _beside(metric: Metric, value: float, before: float | None) -> tuple[str, str]:
    return ("", "") if before is None else (metric.number(before), metric.change(value - before))


def _table(columns: list[str], rows: Iterable[list[str]]) -> Iterable[str]:
    for row in (columns, ["---"] * len(columns), *rows):
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def _judged(slices: pd.DataFrame, metric: Metric) -> pd.DataFrame:
    judged = judged_slices(slices).sort_index()
    named = judged["column"] + " " + judged["value"].astype(str)
    return judged.assign(slice=named, score=judged["score"].map(metric.read))


def _lost(importances: pd.DataFrame) -> Iterable[str]:
    """What is lost without each feature, or without the most important of many."""
    many = f": the {MOST_BARS} largest of {len(importances)}" if len(importances) > MOST_BARS else ""
    return _bars(f"What is lost without a feature{many}", importances.head(MOST_BARS), "feature", "importance")


def _bars(title: str, table: pd.DataFrame, names: str, values: str) -> Iterable[str]:
    """A chart that GitHub draws: https://mermaid.js.org/syntax/xyChart.html."""
    if len(table):
        labels, heights = [json.dumps(str(name)) for name in table[names]], [f"{value:.4f}" for value in table[values]]
        yield f"```mermaid\nxychart-beta horizontal\n    title {json.dumps(title)}\n    x-axis [{', '.join(labels)}]"
        yield f"    bar [{', '.join(heights)}]\n```"


def _place(run: Run | None, trained_by: str) -> str:
    if run is None:
        return f"MLflow run `{trained_by}`: this registry does not know it, look where it was trained"
    address = mlflow.get_tracking_uri()
    if not address.startswith("http"):
        return f"MLflow run `{run.info.run_id}`"
    return f"[MLflow run]({address.rstrip('/')}/#/experiments/{run.info.experiment_id}/runs/{run.info.run_id})"
