"""Which process has an MLflow run open, so that the runs of processes that died can be closed."""

import logging
import os
import socket
import uuid
from pathlib import Path

import psutil
from mlflow import MlflowClient
from mlflow.entities import Run

logger = logging.getLogger(__name__)

MACHINE, PROCESS, STARTED = "process.machine", "process.id", "process.started"
KILLED = "KILLED"
TOLERANCE = 2.0
"""Seconds by which the start of a process may seem to move when the clock is set."""


def process_tags() -> dict[str, str]:
    """Tags of a run that this process has open."""
    started = psutil.Process().create_time()
    return {MACHINE: _machine(), PROCESS: str(os.getpid()), STARTED: f"{started:.2f}"}


def close_dead(experiment: str) -> None:
    """Closes, as killed, the runs in an experiment whose processes were on this machine and are gone."""
    client = MlflowClient()
    known = client.get_experiment_by_name(experiment)
    here = f"attributes.status = 'RUNNING' and tags.`{MACHINE}` = '{_machine()}'"
    found = client.search_runs([known.experiment_id], here) if known else []
    for run in found:
        if not _is_alive(run.data.tags):
            kill(run)
            logger.warning("The run %s is closed as killed: its process is gone", run.info.run_name)


def kill(run: Run) -> None:
    """Closes a run and those below it as killed."""
    client, parent = MlflowClient(), run.info.run_id
    below = f"attributes.status = 'RUNNING' and tags.`mlflow.parentRunId` = '{parent}'"
    for child in client.search_runs([run.info.experiment_id], below):
        client.set_terminated(child.info.run_id, KILLED)
    client.set_terminated(parent, KILLED)


def _machine() -> str:
    """Host, network card and, as containers may share both, the namespace of process ids."""
    namespace = Path("/proc/self/ns/pid")
    space = namespace.readlink().name if namespace.is_symlink() else ""
    return f"{socket.gethostname()} {uuid.getnode():x} {space}".strip().replace("'", "")


def _is_alive(tags: dict[str, str]) -> bool:
    """Whether the process of a run is there still; where that cannot be known, it is taken to be."""
    try:
        process = psutil.Process(int(tags[PROCESS]))
        same = abs(process.create_time() - float(tags[STARTED])) < TOLERANCE
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except (psutil.Error, KeyError, ValueError):
        return True
