"""What a training came to, in Markdown: for a pull request, or the page of a workflow's run."""

from collections.abc import Iterable
from typing import Any

import mlflow
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
        catalog: With `metrics` and `gates` of the evaluation.

    Returns:
        Markdown: a verdict, two tables, and where the run is.

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
        if metric.startswith("test_")
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
            f"\n{_place(MlflowClient().get_run(gates['run']))}",
        ]
    )


def _beside(value: float, before: float | None) -> tuple[str, str]:
    return ("", "") if before is None else (f"{before:.4f}", f"{value - before:+.4f}")


def _table(columns: list[str], rows: Iterable[list[str]]) -> Iterable[str]:
    for row in (columns, ["---"] * len(columns), *rows):
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def _place(run: Run) -> str:
    address = mlflow.get_tracking_uri()
    if not address.startswith("http"):
        return f"MLflow run `{run.info.run_id}`"
    return f"[MLflow run]({address.rstrip('/')}/#/experiments/{run.info.experiment_id}/runs/{run.info.run_id})"
