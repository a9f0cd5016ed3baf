"""Real servers on 127.0.0.1, each ended by its own process id, and a store of each kind that this machine has."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any
from uuid import uuid4

import coverage
import psutil
import pytest
import requests
from flight_delays.schemas import EXAMPLE
from kedro_modelops.serving.access.keys import create_key
from kedro_modelops.testing.project import PROJECT, Kedro
from sqlalchemy import NullPool, create_engine, make_url, text

from postgres import PROGRAMS, running_postgres

PACKAGE = "flight_delays"
STORES = ["sqlite", *(["postgresql"] if PROGRAMS else [])]
STARTED = "Uvicorn running on "
WORKER = "multiprocessing.spawn"
"""In the command of a process that is one of several workers."""


NURSERY = """
import contextlib, json, os, signal, sys

import coverage, mlflow.sklearn, skops.io
from kedro_modelops.serving.run import main

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    folder, log, settings, data = json.loads(line)
    child = os.fork()
    if not child:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())
        measured = coverage.Coverage(data_file=data, data_suffix=True)
        os.environ.update(settings)
        os.chdir(folder)
        for stream in (1, 2):
            os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), stream)
        with measured.collect() if data else contextlib.nullcontext():
            try:
                main()
            except SystemExit as end:
                code = end.code
        if data:
            measured.save()
        sys.exit(code)
    print(child, flush=True)
"""
"""Imports once what takes seconds to import; each service is a process that is born from it.

Its coverage is measured, if ours is, and added up with ours.
"""


class Server:
    """A running service, and a key for everything that it does."""

    def __init__(
        self, nursery: "subprocess.Popen[str]", folder: Path, settings: dict[str, str], *, measured: bool = True
    ) -> None:
        """Starts it in a folder and waits until it listens."""
        self.keys, secret = folder / "keys.json", folder / "key"
        if not secret.exists():
            secret.write_text(create_key(self.keys, "tester", ["predict", "operate"]))
        self.store_url = settings.get("PREDICTION_STORE_URL", f"sqlite:///{folder}/predictions.db")
        defaults = {"PORT": "0", "KEYS_FILE": str(self.keys), "POLL_SECONDS": "0"}
        settings = {f"SERVING_{name}": value for name, value in defaults.items()} | settings
        self._log = folder / f"{time.monotonic_ns()}.log"
        self._log.touch()
        settings |= {"PREDICTION_STORE_URL": self.store_url}
        ours = coverage.Coverage.current() if measured else None
        data = ours.get_data().base_filename() if ours else None
        assert nursery.stdin
        assert nursery.stdout
        nursery.stdin.write(json.dumps([str(folder), str(self._log), settings, data]) + "\n")
        nursery.stdin.flush()
        self.process = psutil.Process(int(nursery.stdout.readline()))
        self.url = self._address()
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {secret.read_text()}"

    def _address(self) -> str:
        while self.process.is_running():
            for line in self.log():
                if STARTED in line["message"]:
                    return str(line["message"]).removeprefix(STARTED).split()[0]
                if "address" in line:  # of several workers
                    return f"http://{line['address']}"
            time.sleep(0.05)
        raise AssertionError(self._log.read_text())

    def log(self) -> list[dict[str, Any]]:
        """The lines that it has logged."""
        lines = self._log.read_text().splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("\n")]

    def ask(self, *rows: dict[str, Any], **more: Any) -> requests.Response:
        """Sends rows."""
        body, headers = json.dumps({"dataframe_records": rows, **more}), {"Content-Type": "application/json"}
        return self.session.post(f"{self.url}/invocations", data=body, headers=headers, timeout=600)

    def workers(self) -> list[psutil.Process]:
        """The processes that answer, if there are several."""
        return [child for child in self.process.children() if WORKER in " ".join(child.cmdline())]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Ends it, by default as a container's engine does, and waits for its end."""
        self.session.close()
        self.process.send_signal(how)
        self.process.wait(600)


Start = Callable[..., Server]


@pytest.fixture(scope="session")
def bundle(trained: Path, kedro: Kedro, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The challenger of the trained project, as an image would hold it."""
    folder = tmp_path_factory.mktemp("bundle") / "bundle"
    with chdir(trained):
        result = kedro("model", "--env", "ci", "bundle", "challenger", str(folder))
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(scope="session")
def nursery() -> Iterator["subprocess.Popen[str]"]:
    """Where services come from."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", NURSERY]
    environment = os.environ | {"KEDRO_MODELOPS_PROJECT": str(PROJECT)}  # services run in folders of their own
    with subprocess.Popen(command, cwd=PROJECT, env=environment, stdin=pipe, stdout=pipe, text=True) as process:
        yield process


@pytest.fixture
def start(nursery: "subprocess.Popen[str]", bundle: Path, tmp_path: Path) -> Iterator[Start]:
    """Starts services in the test's folder, with settings such as `max_rows=2` or `PREDICTION_STORE_URL=…`."""
    started: list[Server] = []

    def begin(*, measured: bool = True, **settings: Any) -> Server:
        named = {name if name.isupper() else f"SERVING_{name.upper()}": str(value) for name, value in settings.items()}
        started.append(Server(nursery, tmp_path, {"SERVING_BUNDLE": str(bundle)} | named, measured=measured))
        return started[-1]

    yield begin
    for server in started:
        if server.process.is_running():
            server.stop()


@pytest.fixture(scope="session")
def server(
    nursery: "subprocess.Popen[str]", bundle: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """One service for all tests that leave it as it was."""
    running = Server(nursery, tmp_path_factory.mktemp("server"), {"SERVING_BUNDLE": str(bundle)})
    yield running
    running.stop()


@pytest.fixture
def plan() -> dict[str, Any]:
    """A row."""
    return dict(EXAMPLE)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL of our own."""
    with running_postgres() as url:
        yield url


@pytest.fixture(params=STORES)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty store of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/predictions.db"
    server = make_url(request.getfixturevalue("postgres"))
    name = f"test_{uuid4().hex}"
    with create_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    return server.set(database=name).render_as_string(hide_password=False)
