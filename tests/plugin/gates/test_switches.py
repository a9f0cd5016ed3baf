"""No gate can be left out, and the tests of a project fail when one is switched off."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from kedro_modelops.gates import Gates
from kedro_modelops.testing.gates import ENVIRONMENTS
from kedro_modelops.testing.project import PROJECT, read_conf


@pytest.mark.parametrize("gate", Gates.model_fields)
def test_no_gate_can_be_left_out(gate: str) -> None:
    rest = {name: settings for name, settings in read_conf("base")["gates"].items() if name != gate}
    with pytest.raises(ValueError, match=rf"{gate}\n +Field required"):
        Gates.model_validate(rest)


def test_dirty_trees_are_for_experiments() -> None:
    allowed = {name: read_conf(name)["gates"]["lineage"]["allow_dirty"] for name in ("base", "production")}
    assert allowed == {"base": True, "production": False}


@pytest.mark.slow
def test_tests_of_a_project_fail_when_gates_are_switched_off(tmp_path: Path) -> None:
    for folder in ("conf", "src"):
        shutil.copytree(PROJECT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "tests").mkdir()
    for file in ("pyproject.toml", "tests/conftest.py", "tests/test_gates.py"):
        shutil.copy(PROJECT / file, tmp_path / file)
    switched_off = {"gates": {name: {"enabled": False} for name in Gates.model_fields}}
    (tmp_path / "conf" / "production" / "parameters_careless.yml").write_text(yaml.safe_dump(switched_off))
    command = [sys.executable, "-m", "pytest", "-vv", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "tests/test_gates.py", "-k", "is_switched_off"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f"1 failed, {len(ENVIRONMENTS) - 1} passed" in done.stdout
    assert all(f"'{name}'" in done.stdout for name in Gates.model_fields)
