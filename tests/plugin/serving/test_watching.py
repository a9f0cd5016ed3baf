"""A real Prometheus reads a running service by the shipped files: panels have data, alerts come when they should."""

import json
import re
import shutil
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from kedro_modelops.pipelines.monitoring.verdict import expose_gauges
from kedro_modelops.testing.project import PROJECT
from service import Server, Start

WATCH = PROJECT / "kedro-modelops" / "watch"
PROMETHEUS = shutil.which("prometheus")
PATIENCE = 120
NEEDS_PROMETHEUS = pytest.mark.skipif(PROMETHEUS is None, reason="no Prometheus is installed; .ci/run installs it")

Row = dict[str, Any]


def expressions() -> list[str]:
    """What the panels of the dashboard show."""
    panels = json.loads((WATCH / "dashboard.json").read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((WATCH / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


class Prometheus:
    """One that looks every second, and waits for nothing; all else is as it is shipped."""

    def __init__(self, folder: Path, service: Server) -> None:
        settings = yaml.safe_load((WATCH / "prometheus.yml").read_text())
        settings["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        (job, _) = settings["scrape_configs"]
        job["static_configs"] = [{"targets": [service.url.removeprefix("http://")]}]
        settings["scrape_configs"] = [job]
        alerts = re.sub(r"for: \d+[mh]", "for: 0s", (WATCH / "alerts.yml").read_text())
        (folder / "alerts.yml").write_text(alerts)
        (folder / "key").write_text((service.keys.parent / "key").read_text())
        (folder / "prometheus.yml").write_text(yaml.safe_dump(settings))
        with socket.create_server(("127.0.0.1", 0)) as free:
            address = f"127.0.0.1:{free.getsockname()[1]}"
        self.url = f"http://{address}/api/v1"
        options = ["--config.file=prometheus.yml", "--storage.tsdb.path=data", f"--web.listen-address={address}"]
        self._log = (folder / "prometheus.log").open("w")
        self._process = subprocess.Popen(
            [PROMETHEUS or "", *options], cwd=folder, stdout=self._log, stderr=subprocess.STDOUT
        )

    def query(self, expression: str) -> list[dict[str, Any]]:
        try:
            answer = requests.get(f"{self.url}/query", params={"query": expression}, timeout=30).json()
        except requests.RequestException:  # it starts: nobody listens yet, or what answers is no JSON
            return []
        assert answer.get("status") == "success", answer
        return list(answer["data"]["result"])

    def firing(self) -> set[str]:
        return {found["metric"]["alertname"] for found in self.query('ALERTS{alertstate="firing"}')}

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(60)
        self._log.close()


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Callable[[Server], Prometheus]]:
    started: list[Prometheus] = []

    def begin(service: Server) -> Prometheus:
        folder = tmp_path / "prometheus"
        folder.mkdir()
        started.append(Prometheus(folder, service))
        return started[-1]

    yield begin
    for one in started:
        one.stop()


def until(true: Callable[[], bool], what: object) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.5)


def test_panels_and_rules_name_metrics_that_there_are(server: Server, plan: Row) -> None:
    server.ask(plan)
    signal = {"name": "age_days", "value": 1, "threshold": 2, "verdict": "ok"}
    monitored = expose_gauges({"model": "m", "version": "1", "signals": [signal], "retrain": False})
    shown = set(re.findall(r"^(\w+)", server.session.get(f"{server.url}/metrics").text + monitored, re.MULTILINE))
    for expression in [*expressions(), *(rule["expr"] for rule in rules())]:
        named = set(re.findall(r"\b(?:prediction_service|monitoring|process)_\w+", expression))
        assert named <= shown, expression
    assert all(rule["labels"]["severity"] and rule["annotations"]["action"] for rule in rules())


@NEEDS_PROMETHEUS
def test_the_dashboard_shows_a_service_and_alerts_fire_when_it_is_ill(
    start: Start, watch: Callable[[Server], Prometheus], plan: Row
) -> None:
    server = start()
    prometheus = watch(server)

    def ask_and_look(expression: str) -> bool:
        server.ask(plan)
        return bool(prometheus.query(expression))

    def fires(name: str) -> bool:
        server.ask(plan)
        return name in prometheus.firing()

    server.ask({**plan, "unknown": 1})
    for expression in expressions():
        if "monitoring_" not in expression:
            until(lambda expression=expression: ask_and_look(expression), expression)  # type: ignore[misc]  # a default binds the loop's name
    assert prometheus.firing() == set()
    with closing(sqlite3.connect(server.keys.parent / "predictions.db")) as connection:
        connection.execute("ALTER TABLE predictions RENAME TO elsewhere")
    for name in ("PredictionStoreNotWritable", "PredictionServiceErrors"):
        until(lambda name=name: fires(name), name)  # type: ignore[misc]  # a default binds the loop's name
    server.stop()
    until(lambda: "PredictionServiceDown" in prometheus.firing(), "down")


def test_what_asks_every_few_seconds_is_counted_and_fills_no_log(start: Start) -> None:
    server = start()
    for path in ("ping", "health", "ready", "version", "metrics"):
        assert server.session.get(f"{server.url}/{path}").status_code == 200
    server.session.get(f"{server.url}/nowhere")
    figures = server.session.get(f"{server.url}/metrics").text
    assert 'prediction_service_http_requests_total{path="/ready",status="200"} 1.0' in figures

    def told() -> list[str]:  # a line comes after the answer
        return [line["path"] for line in server.log() if line["message"] == "request"]

    until(lambda: told() == ["other"], "other")
    with closing(sqlite3.connect(server.keys.parent / "predictions.db")) as connection:
        connection.execute("ALTER TABLE predictions RENAME TO elsewhere")
    time.sleep(0.3)
    assert server.session.get(f"{server.url}/ready").status_code == 503
    until(lambda: told() == ["other", "/ready"], "/ready")
