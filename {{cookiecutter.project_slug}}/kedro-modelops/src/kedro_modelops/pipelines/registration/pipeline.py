"""Model that passed the gates to registered version."""

from kedro.pipeline import Node, Pipeline

from kedro_modelops.pipelines.registration.nodes import describe_version


def create_pipeline() -> Pipeline:
    """Wires the node."""
    judged = ["metrics", "passed_gates", "model_card"]
    return Pipeline([Node(describe_version, judged, "registered_version", name="describe_version")])
