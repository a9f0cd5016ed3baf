"""Each gate refuses a model or data that are spoiled in just that way."""

from kedro_modelops.testing.gates import GateTests


class TestGates(GateTests):
    """With this project's model, table and thresholds."""
