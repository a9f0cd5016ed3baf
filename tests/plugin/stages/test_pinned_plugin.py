"""Where the plugin comes from a package index, stages depend on the version that the project asks for."""

import shutil
from pathlib import Path

import yaml
from kedro_modelops.testing.project import Kedro


def test_stages_depend_on_its_version_in_place_of_its_files(project: Path, kedro: Kedro) -> None:
    shutil.rmtree(project / "kedro-modelops")
    assert kedro("dvc", "sync").exit_code == 0
    stages = yaml.safe_load((project / "dvc.yaml").read_text())["stages"]
    assert not any("kedro-modelops" in path for stage in stages.values() for path in stage["deps"])
    assert all({"pyproject.toml": ["project.dependencies"]} in stage["params"] for stage in stages.values())
