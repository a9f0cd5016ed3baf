"""Logs answer the questions of the document; what is no question to them is answered with a sentence."""

import json
import logging
import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kedro_modelops.logs import command
from kedro_modelops.logs.json_lines import DAYS, JsonLog
from kedro_modelops.testing.project import PROJECT, Kedro
from service import Server

DOCUMENT = PROJECT / "docs" / "run-in-production.md"
QUESTIONS = re.findall(r'^kedro logs "([^"]+)"', DOCUMENT.read_text("utf-8"), re.MULTILINE)
MISTAKES = [
    ("selec", "syntax error"),
    ("select nothing from service", '"nothing" not found'),
    ("select * from somewhere", "somewhere does not exist"),
    ("select * from read_csv('/etc/passwd')", "disabled by configuration"),
    ("copy service to 'x.csv'", "disabled by configuration"),
    ("set enable_external_access = true", "configuration"),
    ("", "SELECT clause without selection list"),
    ("select message from pipelines", "no log of the pipelines in logs/, where `kedro run` leaves it"),
]

Row = dict[str, Any]


@pytest.fixture
def here(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the trained project, where things may be moved."""
    shutil.copytree(trained, tmp_path / "project", symlinks=True, ignore=shutil.ignore_patterns("logs"))
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.setenv("KEDRO_ENV", "ci")
    return tmp_path / "project"


@pytest.fixture
def loaded(server: Server, plan: Row) -> Path:
    """The log of a service that was asked well and badly."""
    name = next(iter(plan))
    for _ in range(20):
        assert server.ask(plan).status_code == 200
    for _ in range(3):
        assert server.ask({key: value for key, value in plan.items() if key != name}).status_code == 422
    return server._log


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[logging.Logger]:
    """A logger that writes as pipelines do."""
    logger, handler = logging.getLogger("of pipelines"), JsonLog("pipelines", tmp_path / "logs")
    logger.addHandler(handler)
    yield logger
    logger.removeHandler(handler)
    handler.close()


def ask(kedro: Kedro, question: str, *more: str) -> Any:
    result = kedro("logs", question, "--json", *more)
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_the_questions_of_the_document_are_answered(here: Path, kedro: Kedro, loaded: Path, plan: Row) -> None:
    promoted = kedro("model", "promote", "1", "--to", "production", "--reason", "the first one")
    assert promoted.exit_code == 0, promoted.output
    broken, hours, versions = (ask(kedro, question, "--service", str(loaded)) for question in QUESTIONS)
    missing = [found for found in broken if "required" in found["rule"].lower()]
    (rule,) = [found for found in missing if (found["caller"], found["field"]) == ("tester", next(iter(plan)))]
    assert rule["times"] >= 3
    assert sum(found["requests"] for found in hours) >= 23
    assert all(found["p99_ms"] > 0 for found in hours)
    (version,) = versions
    assert version["version"] == "1"
    assert version["requests"] >= 20
    assert version["why"] == "the first one"
    shown = kedro("logs", QUESTIONS[0], "--service", str(loaded))
    assert "tester" in shown.output


@pytest.mark.parametrize(("question", "told"), MISTAKES)
def test_what_cannot_be_answered_is_a_sentence(
    here: Path, kedro: Kedro, loaded: Path, question: str, told: str
) -> None:
    result = kedro("logs", question, "--service", str(loaded))
    assert result.exit_code == 1
    assert told in " ".join(result.output.split())
    assert "Traceback" not in result.output


def test_without_a_log_of_the_service_it_says_where_one_would_be(here: Path, kedro: Kedro) -> None:
    result = kedro("logs", "select * from service")
    assert result.exit_code == 1
    assert "there is no log of the service in logs/, where `kedro serve` leaves it" in " ".join(result.output.split())
    result = kedro("logs", "select * from service", "--service", "missing.log")
    assert result.exit_code == 1
    assert "missing.log" in result.output


def test_pipelines_leave_lines_that_can_be_asked(
    tmp_path: Path, kedro: Kedro, log_file: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "logs" / "pipelines-2020-01-01.jsonl"
    old.parent.mkdir()
    old.touch()
    os.utime(old, times=(0, time.time() - (DAYS + 1) * 24 * 3600))
    log_file.warning("flights of %s are late", "November", extra={"rows": 7})
    assert not old.exists()
    monkeypatch.setattr(command, "FOLDER", tmp_path / "logs")
    (found,) = ask(kedro, "select level, message, line->>'rows' as rows from pipelines")
    assert found == {"level": "WARNING", "message": "flights of November are late", "rows": "7"}


def test_a_run_leaves_its_log_in_the_project(here: Path, kedro: Kedro) -> None:
    result = kedro("run", "--env", "ci", "--pipelines=data_processing")
    lines = ask(kedro, "select message from pipelines where level = 'INFO'")
    assert any("index_weather" in line["message"] for line in lines), (result.output, lines)


def test_where_nothing_can_be_written_programs_run_on(tmp_path: Path) -> None:
    (tmp_path / "logs").touch()  # no folder
    handler = JsonLog("pipelines", tmp_path / "logs")
    handler.handle(logging.LogRecord("name", logging.INFO, __file__, 1, "message", (), None))
    handler.close()
