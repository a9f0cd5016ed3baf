"""No gate is switched off, in no environment: these tests fail when one is."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from cases import PROJECT, configuration

from {{ cookiecutter.package_name }}.mlops.gates import Gates

ENVIRONMENTS = sorted(folder.name for folder in (PROJECT / "conf").iterdir() if folder.is_dir())


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_gate_is_switched_off(environment: str) -> None:
    gates = Gates.model_validate(configuration(environment)["gates"])
    assert [name for name in Gates.model_fields if not getattr(gates, name).enabled] == []


@pytest.mark.parametrize("gate", Gates.model_fields)
def test_no_gate_can_be_left_out(gate: str) -> None:
    rest = {name: settings for name, settings in configuration("base")["gates"].items() if name != gate}
    with pytest.raises(ValueError, match=rf"{gate}\n +Field required"):
        Gates.model_validate(rest)


def test_dirty_trees_are_for_experiments() -> None:
    allowed = {name: configuration(name)["gates"]["lineage"]["allow_dirty"] for name in ("base", "production")}
    assert allowed == {"base": True, "production": False}


@pytest.mark.slow
def test_this_suite_fails_when_gates_are_switched_off(tmp_path: Path) -> None:
    for folder in ("conf", "src", "tests/gates"):
        shutil.copytree(PROJECT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    switched_off = {"gates": {name: {"enabled": False} for name in Gates.model_fields}}
    (tmp_path / "conf" / "production" / "parameters_careless.yml").write_text(yaml.safe_dump(switched_off))
    command = [sys.executable, "-m", "pytest", "-vv", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "tests/gates/test_switches.py", "-k", "is_switched_off"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f"1 failed, {len(ENVIRONMENTS) - 1} passed" in done.stdout
    assert all(f"'{name}'" in done.stdout for name in Gates.model_fields)
