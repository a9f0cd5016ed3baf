"""`kedro release` and `python -m kedro_modelops.release`: refusals are sentences, and imports are few."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from kedro_modelops.release.__main__ import MODULES
from kedro_modelops.testing.project import Kedro

SOURCE = Path(find_spec("kedro_modelops").origin or "").parents[1]  # type: ignore[union-attr]


def bare(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Types a command where no package is installed."""
    command = [sys.executable, "-S", "-m", "kedro_modelops.release", *words]
    return subprocess.run(command, env={"PYTHONPATH": str(SOURCE)} | env, capture_output=True, text=True, check=False)


REFUSED = {
    "log-in": "GITHUB_ENV is not set: this is for a job of GitHub Actions",
    "propose": "there is no build/training/summary.md: make train writes it",
    "report": "there is no nothing.json: make monitor writes it",
    "push serve": "VERSION is not set",
    "verify image": "Nobody can say who built the image without cosign: install it.",
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_is_missing_is_said_without_packages_and_with_kedro(
    words: str, kedro: Kedro, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    env = {"MONITORING": "nothing.json", "PATH": str(tmp_path)}
    done = bare(*words.split(), **env)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: {REFUSED[words]}")
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    for name in ("GITHUB_ENV", "VERSION"):
        monkeypatch.delenv(name, raising=False)
    result = kedro("release", *words.split())
    assert result.exit_code == 1
    assert f"Error: {REFUSED[words]}" in result.output


def test_a_command_that_does_not_exist_is_told_which_do() -> None:
    done = bare("fly")
    assert done.returncode == 2
    assert done.stderr == f"say one of {', '.join(MODULES)}; `kedro release --help` explains them\n"


def test_variables_that_are_no_json_are_refused_in_a_sentence() -> None:
    done = bare("log-in", VARIABLES="{")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: VARIABLES is no JSON object of the repository's variables")


def test_a_webhook_that_fails_is_said_without_its_address(tmp_path: Path) -> None:
    (tmp_path / "gh").write_text("#!/bin/sh\necho '[]'\n")
    (tmp_path / "gh").chmod(0o755)
    signal = '{"name": "drift", "verdict": "alert", "sentence": "It drifts."}'
    head = '"model": "m", "version": "1", "window": "w", "state": "look", "findings": []'
    (tmp_path / "found.json").write_text(f'{{{head}, "signals": [{signal}]}}')
    settings = {"MONITORING": str(tmp_path / "found.json"), "PATH": f"{tmp_path}:/usr/bin:/bin"}
    done = bare("report", **settings, WEBHOOK="http://127.0.0.1:1/the-secret")
    assert done.returncode == 1
    assert "the address in WEBHOOK takes no message: " in done.stderr
    assert "the-secret" not in done.stderr


def test_the_group_and_each_command_explain_themselves(kedro: Kedro) -> None:
    told = kedro("release", "--help").output
    for command in ("log-in", "train", "propose", "report", "push", "verify", "deploy", "smoke"):
        assert f"\n  {command} " in told
        assert kedro("release", command, "--help").exit_code == 0


def test_the_help_imports_neither_mlflow_nor_a_target() -> None:
    code = "import sys, kedro_modelops.cli.release; print([name for name in sys.modules if name.startswith('mlflow')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
