"""Speed of the prediction service against other servers of the same model, on this machine and in this run.

Ours checks keys, judges rows by the contract, computes features and stores each prediction; the others do none of that,
and are sent features. Each is asked in turn, ours before each of the others, and what counts is the ratio of such a pair.
"""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from load import Load, put_under_load

CONNECTIONS, SECONDS, ALONE = 16, 8.0, 4.0
THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""As in our image; the others gain by it more than ours, which limits its threads itself."""


@dataclass(frozen=True)
class Contestant:
    """A server, and how it is asked."""

    name: str
    command: list[str]
    path: str
    bodies: list[bytes]
    headers: dict[str, str]
    environment: dict[str, str]


@contextmanager
def running(contestant: Contestant, port: int, folder: Path) -> Iterator[str]:
    """Starts a server in a session of its own, waits until it answers, and ends it and its children."""
    command = [part.replace("PORT", str(port)) for part in contestant.command]
    environment = {**os.environ, **THREADS, **contestant.environment, "SERVING_PORT": str(port)}
    url = f"http://127.0.0.1:{port}{contestant.path}"
    with (folder / f"{contestant.name}.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait_for(url, contestant, process)
        yield url
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_for(url: str, contestant: Contestant, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 120
    headers = {"content-type": "application/json", **contestant.headers}
    while process.poll() is None and time.monotonic() < deadline:
        try:
            asked = urllib.request.Request(url, contestant.bodies[0], headers)
            with urllib.request.urlopen(asked, timeout=10):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    message = f"{contestant.name} does not answer; see its log"
    raise RuntimeError(message)


def measure(contestant: Contestant, folder: Path) -> tuple[Load, Load]:
    """One connection, then sixteen."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with running(contestant, port, folder) as url:
        put_under_load(url, contestant.bodies, contestant.headers, CONNECTIONS, 2)
        alone = put_under_load(url, contestant.bodies, contestant.headers, 1, ALONE)
        return alone, put_under_load(url, contestant.bodies, contestant.headers, CONNECTIONS, SECONDS)


def contestants(project: Path, peers: Path, folder: Path) -> list[Contestant]:
    """Ours first. The project has been trained, and its bundle is in the folder."""
    python, model = str(project / ".venv/bin/python"), str(folder / "bundle/model")
    rows = json.loads((folder / "rows.json").read_text(encoding="utf-8"))
    plans = [json.dumps({"dataframe_records": [row]}).encode() for row in rows["plans"]]
    features = [json.dumps({"dataframe_records": [row]}).encode() for row in rows["features"]]
    bare = [json.dumps({"rows": [row]}).encode() for row in rows["features"]]
    ours = {
        "SERVING_BUNDLE": str(folder / "bundle"),
        "SERVING_KEYS_FILE": str(folder / "keys.json"),
        "PREDICTION_STORE_URL": f"sqlite:///{folder}/predictions.db",
    }
    key = {"authorization": f"Bearer {(folder / 'key').read_text(encoding='utf-8')}"}
    here = Path(__file__).parent / "peers"
    path = {"PATH": f"{project}/.venv/bin{os.pathsep}{os.environ['PATH']}"}
    mlflow = [python, "-m", "mlflow", "models", "serve", "-m", model, "-p", "PORT", "--env-manager", "local"]
    bento = [str(peers / "bin/python"), "-m", "bentoml", "serve", f"{here}/bento.py:Delays", "--port", "PORT"]
    lit = [str(peers / "bin/python"), f"{here}/lit.py", "PORT"]
    return [
        Contestant("ours", [python, "-m", "flight_delays.serving"], "/invocations", plans, key, ours),
        Contestant("mlflow", mlflow, "/invocations", features, {}, path),
        Contestant("bentoml", bento, "/predict", bare, {}, {"MODEL": model}),
        Contestant("litserve", lit, "/predict", bare, {}, {"MODEL": model}),
    ]


def table(project: Path, peers: Path, folder: Path) -> Iterator[str]:
    """Rows of the benchmark table."""
    ours, *others = contestants(project, peers, folder)
    targets: dict[str, Any] = {"mlflow": ("≥ 20", "≤ 0.2", "≤ 0.5")}
    for other in others:
        pairs = (measure(ours, folder), measure(other, folder))
        (our_alone, our_load), (their_alone, their_load) = pairs
        rate, tail, alone = targets.get(other.name, ("≥ 1 aimed at", "reported", "reported"))
        yield _row("requests a second, 16 connections", other.name, our_load.rate, their_load.rate, "/s", rate)
        p99 = [load.percentile(0.99) * 1000 for load in (our_load, their_load)]
        yield _row("p99 at that load", other.name, *p99, " ms", tail)
        p50 = [load.percentile(0.5) * 1000 for load in (our_alone, their_alone)]
        yield _row("one request alone, p50", other.name, *p50, " ms", alone)
        assert our_load.failures == our_alone.failures == their_load.failures == 0


def _row(what: str, against: str, ours: float, theirs: float, unit: str, target: str) -> str:
    return f"| {what} | {against} | {ours:.1f}{unit} | {theirs:.1f}{unit} | **{ours / theirs:.2f}** | {target} |"
