"""A pipeline of the plugin becomes the team's, whole or not at all."""

from pathlib import Path

import pytest
from kedro_modelops.errors import RefusedError
from kedro_modelops.pipelines.ejection import eject
from kedro_modelops.testing.project import git

REGISTRY = Path("src/flight_delays/pipeline_registry.py")


def test_it_is_copied_with_its_templates_and_wired(project: Path) -> None:
    folder = project / eject(project, "monitoring")
    assert (folder / "monitoring.html.j2").is_file()
    assert "kedro_modelops.pipelines.monitoring" not in "".join(file.read_text() for file in folder.rglob("*.py"))
    assert '"monitoring": f"{__package__}.pipelines.monitoring",' in REGISTRY.read_text()
    assert "flight_delays.pipelines.monitoring.datasets.StoreDataset" in Path("conf/base/catalog.yml").read_text()


@pytest.mark.parametrize(
    ("pipeline", "old", "new", "told"),
    [
        ("evaluatoin", "", "", "no pipeline 'evaluatoin'; did you mean evaluation?"),
        ("data_processing", "", "", "no pipeline 'data_processing'"),
        ("training", '"kedro_modelops.pipelines.training"', '"elsewhere.training"', "has no line"),
        ("training", "def register_pipelines", "1 / 0\n\n\ndef register_pipelines", "dvc sync` failed"),
    ],
)
def test_what_cannot_be_done_changes_nothing(pipeline: str, old: str, new: str, told: str, project: Path) -> None:
    REGISTRY.write_text(REGISTRY.read_text().replace(old, new) if old else REGISTRY.read_text())
    before = git(project, "status", "--porcelain"), REGISTRY.read_text()
    with pytest.raises(RefusedError, match=told):
        eject(project, pipeline)
    assert (git(project, "status", "--porcelain"), REGISTRY.read_text()) == before


def test_a_folder_of_that_name_stays_as_it_is(project: Path) -> None:
    folder = project / "src/flight_delays/pipelines/training"
    folder.mkdir()
    with pytest.raises(RefusedError, match="exists already"):
        eject(project, "training")
    assert list(folder.iterdir()) == []
