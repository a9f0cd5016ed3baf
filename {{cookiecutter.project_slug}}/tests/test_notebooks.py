"""The notebooks run on the rows of tests/data."""

from kedro_modelops.testing.notebooks import NotebookTests


class TestNotebooks(NotebookTests):
    """From top to bottom."""
