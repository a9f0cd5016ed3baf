"""Runs that are interrupted, that die, and that meet."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from kedro_modelops.testing.project import runs
from processes import environment_of

pytestmark = pytest.mark.slow

TRAIN = "--pipelines=data_processing,training"
HANGING = """
import functools, pathlib, time

def hanging(node):
    @functools.wraps(node)
    def hang(*arguments):
        import mlflow
        run = mlflow.active_run().info
        mlflow.MlflowClient().create_run(run.experiment_id, tags={"mlflow.parentRunId": run.run_id})
        pathlib.Path("began").touch()
        while not pathlib.Path("go on").exists():
            time.sleep(0.1)
        return node(*arguments)
    return hang

compare_candidates = hanging(compare_candidates)
"""
"""A node that goes on when it may; the run has a nested one."""


@pytest.fixture
def hanging(project: Path) -> Path:
    """A project whose training goes on when it may."""
    nodes = project / "kedro-modelops/src/kedro_modelops/pipelines/training/nodes.py"
    nodes.write_text(nodes.read_text() + HANGING)
    return project


@contextmanager
def started(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "kedro", "run", "--env", "ci", TRAIN]
    with subprocess.Popen(
        command, cwd=folder, env=environment_of(folder), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_until(condition: Callable[[], Any], process: "subprocess.Popen[str]") -> None:
    while not condition():
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.2)


def statuses(folder: Path) -> list[str]:
    return sorted(run.info.status for run in runs(folder))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_closes_the_run_and_is_told_in_a_sentence(hanging: Path, number: int, code: int) -> None:
    with started(hanging) as process:
        wait_until((hanging / "began").exists, process)
        process.send_signal(number)
        output, _ = process.communicate()
    assert process.returncode == code, output
    assert "Interrupted: the run in MLflow is closed as killed" in output
    assert "Traceback" not in output
    assert statuses(hanging) == ["KILLED", "KILLED"]


def test_the_next_run_closes_one_that_died_and_waits_for_none_that_did(hanging: Path) -> None:
    with started(hanging) as process:
        wait_until((hanging / "began").exists, process)
        process.kill()
    assert statuses(hanging) == ["RUNNING", "RUNNING"]
    (hanging / "go on").touch()
    with started(hanging) as process:
        output, _ = process.communicate()
    assert process.returncode == 0, output
    assert "closed as killed: its process is gone" in " ".join(output.split())
    assert statuses(hanging)[:3] == ["FINISHED", "FINISHED", "FINISHED"]  # and the candidates
    assert statuses(hanging)[-3:] == ["KILLED", "KILLED", "RUNNING"]  # the last is the node's own


def test_the_very_first_two_runs_follow_one_another(project: Path) -> None:
    (project / "mlflow.db").unlink()
    with started(project) as first, started(project) as second:
        outputs = [process.communicate()[0] for process in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0], outputs
    assert sum("this one waits until it has ended" in " ".join(output.split()) for output in outputs) == 1
    assert set(statuses(project)) == {"FINISHED"}
