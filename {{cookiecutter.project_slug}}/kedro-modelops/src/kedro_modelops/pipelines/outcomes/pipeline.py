"""Rows that have arrived to outcomes in the prediction store."""

from kedro.pipeline import Node, Pipeline

from kedro_modelops.pipelines.outcomes.nodes import label_months


def create_pipeline() -> Pipeline:
    """Wires the node."""
    return Pipeline([Node(label_months, "arrived", "prediction_store", name="label_months")])
