"""Training, batches and online requests compute the same keys, features and probabilities."""

from kedro_modelops.testing.features import EqualityTests, FeatureTests, KeyTests


class TestKeys(KeyTests):
    """Of `identify`."""


class TestFeatures(FeatureTests):
    """Of `compute_features`."""


class TestEquality(EqualityTests):
    """In whatever form the rows come."""
