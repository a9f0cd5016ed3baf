"""Notebooks run, and show something."""

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from kedro_modelops.testing.commands import PROJECT

NOTEBOOKS = sorted((PROJECT / "notebooks").glob("*.ipynb"))


class NotebookTests:
    """Those of the project, on its few rows."""

    def test_there_are_notebooks(self) -> None:
        """One at least."""
        assert NOTEBOOKS

    @pytest.mark.slow
    @pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
    def test_a_notebook_runs_from_top_to_bottom(self, file: Path, project: Path) -> None:
        """And draws a figure."""
        notebook = nbformat.read(file, as_version=4)  # type: ignore[no-untyped-call]
        client = NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": project}})
        client.execute(env=os.environ | {"KEDRO_ENV": "ci"})
        outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
        assert any(output.get("data", {}).get("image/png") for output in outputs)
