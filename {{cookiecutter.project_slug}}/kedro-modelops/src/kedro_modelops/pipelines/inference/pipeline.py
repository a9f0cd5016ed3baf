"""Months that have arrived to scores at their destination."""

from kedro.pipeline import Node, Pipeline

from kedro_modelops.pipelines.inference.nodes import deliver_scores, score_months


def create_pipeline() -> Pipeline:
    """Wires the nodes."""
    asked = ["arrived", "serving_model", "reference", "params:inference"]
    return Pipeline(
        [
            Node(score_months, asked, "scores", name="score_months"),
            Node(deliver_scores, "scores", "delivered_scores", name="deliver_scores"),
        ]
    )
