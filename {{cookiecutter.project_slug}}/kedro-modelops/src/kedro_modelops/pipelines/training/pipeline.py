"""Training set to model."""

from kedro.pipeline import Node, Pipeline

from kedro_modelops.pipelines.training.nodes import compare_candidates, fit_best


def create_pipeline() -> Pipeline:
    """Wires the nodes."""
    return Pipeline(
        [
            Node(
                compare_candidates,
                ["train_set", "params:problem", "params:training"],
                "search_results",
                name="compare_candidates",
            ),
            Node(
                fit_best, ["train_set", "search_results", "params:problem", "params:training"], "model", name="fit_best"
            ),
        ]
    )
