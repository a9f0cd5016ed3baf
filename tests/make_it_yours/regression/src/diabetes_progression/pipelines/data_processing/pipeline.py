"""Raw data to training and test set."""

from kedro.pipeline import Node, Pipeline

from .nodes import build_features, sample_requests, split_train_test


def create_pipeline() -> Pipeline:
    """Wires the nodes."""
    return Pipeline(
        [
            Node(build_features, "patients_raw", "features", name="build_features"),
            Node(split_train_test, ["features", "params:split"], ["train_set", "test_set"], name="split_train_test"),
            Node(sample_requests, "patients_raw", "requests", name="sample_requests"),
        ]
    )
