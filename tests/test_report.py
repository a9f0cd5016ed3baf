"""`make report`: one issue for each finding, as long as it lasts, and a training where one was asked for."""

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from baking import PLUGIN, RELEASE, ROOT, clean_environment, run


@pytest.fixture
def github(tmp_path: Path) -> dict[str, str]:
    """Environment of a job that has GitHub's command line."""
    gh = tmp_path / "bin" / "gh"
    gh.parent.mkdir()
    gh.write_text(f'#!/bin/sh\nexec {sys.executable} {ROOT / "tests/workflows/gh.py"} "$@"\n', "utf-8")
    gh.chmod(0o755)
    settings = {"GH_STATE": str(tmp_path / "state.json"), "GH_TOKEN": "a", "GITHUB_REPOSITORY": "org/project"}
    return settings | {"PATH": f"{gh.parent}:{clean_environment()['PATH']}", "MONITORING": str(tmp_path / "found.json")}


def report(github: dict[str, str], env: dict[str, str] | None = None, **verdicts: str) -> dict[str, Any]:
    """Reports signals with these verdicts; what GitHub knows then."""
    signals = [
        {"name": name, "verdict": verdict, "sentence": f"{name} is {verdict}."} for name, verdict in verdicts.items()
    ]
    found = {"model": "m", "version": "1", "window": "2013-12", "signals": signals, "state": "look"}
    found |= {"findings": [name for name, verdict in verdicts.items() if (name, verdict) == ("drift", "alert")]}
    Path(github["MONITORING"]).write_text(json.dumps(found), "utf-8")
    run(*RELEASE, "report", cwd=ROOT, env=PLUGIN | github | (env or {}))
    state = Path(github["GH_STATE"])
    known: dict[str, Any] = json.loads(state.read_text("utf-8")) if state.exists() else {}
    return known


def test_a_finding_is_one_issue_that_is_kept_up_to_date_and_closed(github: dict[str, str]) -> None:
    report(github, drift="alert", latency="ok")
    (issue,) = report(github, drift="alert", latency="ok")["issues"]
    assert (issue["title"], issue["label"], issue["state"], issue["changes"]) == (
        "Monitoring: drift",
        "monitoring",
        "open",
        1,
    )
    assert "drift is alert." in issue["body"]
    (issue,) = report(github, drift="not_judged")["issues"]
    assert issue["state"] == "open"
    (issue,) = report(github, drift="ok")["issues"]
    assert issue["state"] == "closed"
    assert "drift is ok." in issue["comment"]
    assert [issue["state"] for issue in report(github, drift="alert")["issues"]] == ["closed", "open"]


def test_a_training_is_asked_for_where_it_may_be(github: dict[str, str]) -> None:
    known = report(github, drift="alert", shift="alert")
    assert "sent" not in known
    known = report(github, {"TRAINING": "drift"}, drift="alert", shift="alert")
    (sent,) = known["sent"]
    assert sent == {"path": "repos/org/project/dispatches", "event_type": "drift", "client_payload[reasons]": "drift"}
    assert ["A training was asked for" in issue["body"] for issue in known["issues"]] == [True, False]


def test_where_no_training_may_start_the_issue_says_why(github: dict[str, str]) -> None:
    known = report(github, {"REFUSED": "the last one brought no better model"}, drift="alert", shift="alert")
    assert "sent" not in known
    told = "No training starts: the last one brought no better model."
    assert [told in issue["body"] for issue in known["issues"]] == [True, False]


def test_the_workflow_shows_what_alerts(github: dict[str, str], tmp_path: Path) -> None:
    report(github, {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}, drift="alert", shift="ok")
    told = (tmp_path / "summary.md").read_text("utf-8")
    assert told == "## Monitoring: look\n\nVersion 1 of m, 2013-12.\n\n- drift is alert.\n"


class Hook(BaseHTTPRequestHandler):
    """Takes messages."""

    told: list[Any] = []  # noqa: RUF012  (of this class alone)

    def do_POST(self) -> None:
        self.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def webhook() -> Iterator[str]:
    """Address of something that people are called by."""
    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_people_are_called_once_for_what_is_new(github: dict[str, str], webhook: str) -> None:
    for _ in range(2):
        report(github, {"WEBHOOK": webhook}, drift="alert", shift="ok")
    report(github, {"WEBHOOK": webhook}, drift="alert", shift="alert")
    assert Hook.told == [{"text": "drift is alert."}, {"text": "shift is alert."}]
