"""Speed of the prediction service against other servers of the same model, on this machine and in this run.

Ours checks keys, judges rows by the contract, computes features and stores each prediction; the others do none of
that, and are sent features. Each is asked in turn, ours before each of the others, A B A B A B, and what counts is the
median of the ratios of such pairs: one server alone on a machine differed by a half from minute to minute.
"""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import requests
from contest import ENVIRONMENT
from load import Load, put_under_load

CONNECTIONS, SECONDS, ALONE = 16, 8.0, 4.0
ROUNDS = 3
ENOUGH = 64
"""Connections that keep two workers busy: a batch of few rows takes nearly as long as one of many."""
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
    environment = {**ENVIRONMENT, **THREADS, **contestant.environment, "SERVING_PORT": str(port)}
    url = f"http://127.0.0.1:{port}{contestant.path}"
    with (folder / f"{contestant.name}.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait_for(url, contestant, process)
        yield url
    finally:
        process.terminate()  # a server whose workers have sessions of their own ends them itself
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_for(url: str, contestant: Contestant, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 120
    headers = {"content-type": "application/json", **contestant.headers}
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if requests.post(url, contestant.bodies[0], headers=headers, timeout=10).ok:
                return
        except requests.ConnectionError:
            pass
        time.sleep(0.2)
    message = f"{contestant.name} does not answer; see its log"
    raise RuntimeError(message)


def measure(contestant: Contestant, folder: Path, connections: int = CONNECTIONS) -> tuple[Load, Load]:
    """One connection, then so many."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with running(contestant, port, folder) as url:
        put_under_load(url, contestant.bodies, contestant.headers, connections, 2)
        alone = put_under_load(url, contestant.bodies, contestant.headers, 1, ALONE)
        return alone, put_under_load(url, contestant.bodies, contestant.headers, connections, SECONDS)


REQUESTS = """
import json, sys
import pandas as pd
from PACKAGE.features import complete, compute_features
from PACKAGE.schemas import Schedule
flights = pd.read_parquet("data/01_raw/flights/2013-09.parquet").head(500)
plans = flights[list(Schedule.to_schema().columns)]
features = compute_features(complete(plans, pd.read_parquet("data/03_primary/reference.parquet")))
tables = {"plans": plans, "features": features}
rows = {name: json.loads(table.to_json(orient="records", date_format="iso")) for name, table in tables.items()}
json.dump(rows, sys.stdout)
"""
"""Five hundred real flights, as ours is asked and as the others are."""


def prepare(project: Path, package: str, folder: Path) -> None:
    """Makes what the contestants need: the newest version in a bundle, an API key, and requests."""

    def run(*command: str) -> str:
        done = subprocess.run(
            [str(project / ".venv/bin" / command[0]), *command[1:]],
            cwd=project,
            env={**ENVIRONMENT, "SERVING_KEYS_FILE": str(folder / "keys.json"), "DO_NOT_TRACK": "1"},
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout

    folder.mkdir(parents=True)
    run("kedro", "model", "bundle", "challenger", str(folder / "bundle"))
    (folder / "key").write_text(run("kedro", "keys", "create", "benchmark").split()[-1], encoding="utf-8")
    (folder / "rows.json").write_text(run("python", "-c", REQUESTS.replace("PACKAGE", package)), encoding="utf-8")


def install_peers(project: Path, folder: Path) -> Path:
    """An environment for the other servers, with the packages that the model was saved by."""
    uv = str(project / ".uv/bin/uv")
    subprocess.run([uv, "venv", "--quiet", "--python", str(project / ".venv/bin/python"), str(folder)], check=True)
    wanted = ["bentoml>=1.4", "litserve>=0.2", "scikit-learn==1.9.1", "skops==0.16.0", "pandas==2.3.3", "pyyaml"]
    subprocess.run([uv, "pip", "install", "--quiet", "--python", str(folder), *wanted], check=True)
    return folder


def contestants(project: Path, package: str, peers: Path, folder: Path) -> list[Contestant]:
    """Ours first. The project has been trained, and its bundle is in the folder."""
    python, model = str(project / ".venv/bin/python"), str(folder / "bundle/model")
    rows = json.loads((folder / "rows.json").read_text(encoding="utf-8"))
    plans = [json.dumps({"dataframe_records": [row]}).encode() for row in rows["plans"]]
    features = [json.dumps({"dataframe_records": [row]}).encode() for row in rows["features"]]
    bare = [json.dumps({"rows": [row]}).encode() for row in rows["features"]]
    ours = {
        "KEDRO_MODELOPS_PROJECT": str(project),
        "SERVING_BUNDLE": str(folder / "bundle"),
        "SERVING_KEYS_FILE": str(folder / "keys.json"),
        "PREDICTION_STORE_URL": f"sqlite:///{folder}/predictions.db",
    }
    key = {"authorization": f"Bearer {(folder / 'key').read_text(encoding='utf-8')}"}
    here = Path(__file__).parent / "peers"
    path = {"PATH": f"{project}/.venv/bin{os.pathsep}{os.environ['PATH']}"}
    mlflow = [python, "-m", "mlflow", "models", "serve", "-m", model, "-p", "PORT", "--env-manager", "local"]
    bento = [str(peers / "bin/python"), "-m", "bentoml", "serve", "bento:Delays", "--working-dir", str(here)]
    bento += ["--port", "PORT"]
    lit = [str(peers / "bin/python"), f"{here}/lit.py", "PORT"]
    return [
        Contestant("ours", [python, "-m", "kedro_modelops.serving"], "/invocations", plans, key, ours),
        Contestant("mlflow", mlflow, "/invocations", features, {}, path),
        Contestant("bentoml", bento, "/predict", bare, {}, {"MODEL": model}),
        Contestant("litserve", lit, "/predict", bare, {}, {"MODEL": model}),
    ]


def table(project: Path, package: str, folder: Path) -> Iterator[str]:
    """Rows of the benchmark table, for a project that has been trained, with its requests in a new folder."""
    prepare(project, package, folder)
    ours, *others = contestants(project, package, install_peers(project, folder / "peers"), folder)
    targets: dict[str, Any] = {"mlflow": ("≥ 25", "≤ 0.2", "≤ 0.8"), "litserve": ("≥ 2", "≤ 0.8", "reported")}
    for other in others:
        pairs = [(measure(ours, folder), measure(other, folder)) for _ in range(ROUNDS)]
        rate, tail, alone = targets.get(other.name, ("≥ 2", "reported", "≤ 0.8"))
        loads = [(our_load, their_load) for (_, our_load), (_, their_load) in pairs]
        lone = [(our_alone, their_alone) for (our_alone, _), (their_alone, _) in pairs]
        _refuse_failures([*loads, *lone], other.name, folder)
        yield _row(f"requests a second, 16 connections | {other.name}", _of(loads, "rate"), "/s", rate)
        yield _row(f"p99 at that load | {other.name}", _of(loads, "p99", 1000), " ms", tail)
        yield _row(f"one request alone, p50 | {other.name}", _of(lone, "p50", 1000), " ms", alone)
    two = replace(ours, environment=ours.environment | {"SERVING_WORKERS": "2"})
    loads = [(measure(two, folder, ENOUGH)[1], measure(ours, folder, ENOUGH)[1]) for _ in range(ROUNDS)]
    _refuse_failures(loads, "one worker", folder)
    yield _row(f"requests a second, {ENOUGH} connections, two workers | one worker", _of(loads, "rate"), "/s", "≥ 1.6")
    batch = [
        str(project / ".venv/bin/python"),
        str(Path(__file__).parent / "batch.py"),
        package,
        str(folder / "bundle"),
    ]
    done = subprocess.run(batch, cwd=project, check=True, stdout=subprocess.PIPE, text=True)
    figures = [float(figure) for figure in done.stdout.split()[-4:]]
    peers = (("a plain script: read, features, `predict_proba`, write", "≥ 0.8"), ("bare `model.predict`", "≥ 0.4"))
    for number, (peer, target) in enumerate(peers):
        scored, theirs = figures[2 * number : 2 * number + 2]
        yield _row(f"rows scored in a batch | {peer}", [(scored, theirs)], "/s", target)


def _of(pairs: list[tuple[Load, Load]], figure: str, times: float = 1) -> list[tuple[float, float]]:
    return [(getattr(ours, figure) * times, getattr(theirs, figure) * times) for ours, theirs in pairs]


def _refuse_failures(pairs: list[tuple[Load, Load]], other: str, folder: Path) -> None:
    if any(load.failures for pair in pairs for load in pair):
        message = f"some requests failed, of ours or of {other}: its log is in {folder}"
        raise RuntimeError(message)


def _row(what: str, pairs: list[tuple[float, float]], unit: str, target: str) -> str:
    ours, theirs = (median(figures) for figures in zip(*pairs, strict=True))
    ratio = median(our / their for our, their in pairs)
    return f"| {what} | {ours:.1f}{unit} | {theirs:.1f}{unit} | **{ratio:.2f}** | {target} |"
