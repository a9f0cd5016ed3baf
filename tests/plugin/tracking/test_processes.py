"""Only runs of this machine whose process is gone are closed."""

import subprocess
import sys
from pathlib import Path

import pytest
from kedro_modelops.testing.project import connect
from kedro_modelops.tracking import processes
from kedro_modelops.tracking.processes import (
    MACHINE,
    PROCESS,
    STARTED,
    close_dead,
    process_tags,
)
from mlflow import MlflowClient

EXPERIMENT = "experiment"


@pytest.fixture
def client(pristine: Path, tmp_path: Path) -> MlflowClient:
    """An empty store."""
    (tmp_path / "mlflow.db").write_bytes((pristine / "mlflow.db").read_bytes())
    found = connect(tmp_path)
    found.create_experiment(EXPERIMENT)
    return found


def start(client: MlflowClient, tags: dict[str, str]) -> str:
    known = client.get_experiment_by_name(EXPERIMENT)
    assert known is not None
    return str(client.create_run(known.experiment_id, tags=tags).info.run_id)


def gone() -> str:
    """Id of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return str(process.pid)


def test_a_run_of_a_dead_process_is_closed_with_those_below_it(client: MlflowClient) -> None:
    dead = start(client, process_tags() | {PROCESS: gone()})
    child = start(client, {"mlflow.parentRunId": dead})
    close_dead(EXPERIMENT)
    assert [client.get_run(run).info.status for run in (dead, child)] == ["KILLED", "KILLED"]


def test_a_process_that_has_taken_over_the_number_is_another_one(client: MlflowClient) -> None:
    run = start(client, process_tags() | {STARTED: "1000.00"})
    close_dead(EXPERIMENT)
    assert client.get_run(run).info.status == "KILLED"


def test_a_killed_process_that_nobody_has_waited_for_is_dead(client: MlflowClient) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        started = processes.psutil.Process(process.pid).create_time()
        run = start(client, process_tags() | {PROCESS: str(process.pid), STARTED: f"{started:.2f}"})
        close_dead(EXPERIMENT)
        assert client.get_run(run).info.status == "RUNNING"
        process.kill()
        processes.psutil.Process(process.pid).wait()
    close_dead(EXPERIMENT)
    assert client.get_run(run).info.status == "KILLED"


@pytest.mark.parametrize(
    "tags", [{}, {MACHINE: "another"}, {STARTED: "unknown"}], ids=["alive", "elsewhere", "unknown"]
)
def test_what_is_alive_elsewhere_or_unknown_stays(client: MlflowClient, tags: dict[str, str]) -> None:
    stays = start(client, process_tags() | ({PROCESS: gone()} if MACHINE in tags else {}) | tags)
    untagged = start(client, {})
    close_dead(EXPERIMENT)
    assert {client.get_run(run).info.status for run in (stays, untagged)} == {"RUNNING"}
