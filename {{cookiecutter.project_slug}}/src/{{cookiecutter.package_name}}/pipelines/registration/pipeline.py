"""Judged model to registered version."""

from kedro.pipeline import Node, Pipeline

from .nodes import describe_version


def create_pipeline() -> Pipeline:
    """Wires the node."""
    return Pipeline([Node(describe_version, "metrics", "registered_version", name="describe_version")])
