"""A copy of this project around the rows of tests/data, in which tests may do what they like."""

pytest_plugins = ["kedro_modelops.testing.project"]
