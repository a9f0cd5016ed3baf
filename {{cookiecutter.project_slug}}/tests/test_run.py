"""The whole pipeline runs on the rows of tests/data."""

from kedro_modelops.testing.run import RunTests


class TestRun(RunTests):
    """`kedro run --env ci`, from raw data to a registered model."""
