"""Raw data to training and test set."""

from kedro.pipeline import Node, Pipeline

from .nodes import build_features, index_weather, sample_requests, split_train_test


def create_pipeline() -> Pipeline:
    """Wires the nodes."""
    return Pipeline(
        [
            Node(index_weather, "weather_raw", "reference", name="index_weather"),
            Node(build_features, ["flights_raw", "reference"], "features", name="build_features"),
            Node(split_train_test, ["features", "params:split"], ["train_set", "test_set"], name="split_train_test"),
            Node(sample_requests, ["flights_raw", "test_set"], "requests", name="sample_requests"),
        ]
    )
