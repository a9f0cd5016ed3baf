"""What a training came to, in Markdown: for a pull request, or the page of a workflow's run."""

import json
from collections.abc import Iterable
from typing import Any

import mlflow
import pandas as pd
from kedro.io import CatalogProtocol
from mlflow import MlflowClient
from mlflow.entities import Run

from ..errors import RefusedError
from .registry import CHAMPION, aliases, find, run_of

MARKS = {"passed": "✅", "failed": "❌"}


def summarize(name: str, catalog: CatalogProtocol[Any, Any]) -> str:
    """Puts the metrics of the newest training beside the champion's, and tells what the gates said.

    Args:
        name: Of the registered model.
        catalog: With `metrics`, `gates`, `importances` and `slices` of the evaluation.

    Returns:
        Markdown: a verdict, two tables, two charts, and where the run is.

    Raises:
        RefusedError: If nothing has been judged yet.
    """
    if not catalog.exists("gates"):
        msg = "nothing has been judged yet: `kedro run` trains and judges"
        raise RefusedError(msg)
    metrics, gates, serving = catalog.load("metrics"), catalog.load("gates"), aliases(name).get(CHAMPION)
    before = run_of(find(name, serving)).data.metrics if serving else {}
    rows = (
        [metric.removeprefix("test_"), f"{value:.4f}", *_beside(value, before.get(metric))]
        for metric, value in metrics.items()
        if metric.startswith("test_") and metric != "test_rows"
    )
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
            *_bars("What is lost without a feature", catalog.load("importances"), "feature", "importance"),
            *_bars("The primary metric, slice by slice", _judged(catalog.load("slices")), "slice", "score"),
            f"\n{_place(MlflowClient().get_run(gates['run']))}",
        ]
    )


def _beside(value: float, before: float | None) -> tuple[str, str]:
    return ("", "") if before is None else (f"{before:.4f}", f"{value - before:+.4f}")


def _table(columns: list[str], rows: Iterable[list[str]]) -> Iterable[str]:
    for row in (columns, ["---"] * len(columns), *rows):
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def _judged(slices: pd.DataFrame) -> pd.DataFrame:
    return slices[slices["judged"]].assign(slice=lambda table: table["column"] + " " + table["value"].astype(str))


def _bars(title: str, table: pd.DataFrame, names: str, values: str) -> Iterable[str]:
    """A chart that GitHub draws: https://mermaid.js.org/syntax/xyChart.html."""
    if len(table):
        labels, heights = [json.dumps(str(name)) for name in table[names]], [f"{value:.4f}" for value in table[values]]
        yield f"```mermaid\nxychart-beta horizontal\n    title {json.dumps(title)}\n    x-axis [{', '.join(labels)}]"
        yield f"    bar [{', '.join(heights)}]\n```"


def _place(run: Run) -> str:
    address = mlflow.get_tracking_uri()
    if not address.startswith("http"):
        return f"MLflow run `{run.info.run_id}`"
    return f"[MLflow run]({address.rstrip('/')}/#/experiments/{run.info.experiment_id}/runs/{run.info.run_id})"
