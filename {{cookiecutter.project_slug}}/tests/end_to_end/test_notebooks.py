import os
from pathlib import Path

import nbformat
import pytest
from conftest import PROJECT
from nbclient import NotebookClient

NOTEBOOKS = sorted((PROJECT / "notebooks").glob("*.ipynb"))


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@pytest.mark.slow
@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_notebook_runs_from_top_to_bottom(file: Path, project: Path) -> None:
    notebook = nbformat.read(file, as_version=4)
    environment = os.environ | {"KEDRO_ENV": "ci"}
    NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": project}}).execute(env=environment)
    assert any(output.get("data", {}).get("image/png") for cell in notebook.cells for output in cell.get("outputs", []))
