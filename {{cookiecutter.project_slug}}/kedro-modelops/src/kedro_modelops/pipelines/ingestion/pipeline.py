"""Months that have arrived to months that models are trained on, or to quarantine."""

from kedro.pipeline import Node, Pipeline

from kedro_modelops.pipelines.ingestion.nodes import judge_months


def create_pipeline() -> Pipeline:
    """Wires the node."""
    asked = ["arrived", "history", "params:ingestion"]
    return Pipeline([Node(judge_months, asked, ["ingested", "quarantined"], name="judge_months")])
