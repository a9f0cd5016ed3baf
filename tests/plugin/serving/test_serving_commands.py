"""What people type."""

import json
import re
import shutil
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import pytest
import requests
from flight_delays.schemas import EXAMPLE
from kedro_modelops.predictions.prediction_store import PredictionStore
from kedro_modelops.testing.project import Kedro


@pytest.fixture
def here(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the trained project, as the folder in which commands are typed."""
    shutil.copytree(trained, tmp_path / "project", symlinks=True)
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path / "project"


def test_make_serve_prints_what_to_type_and_a_prediction_leads_back_to_data(
    here: Path, kedro: Kedro, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVING_PORT", "0")
    command = [sys.executable, "-m", "kedro", "serve", "--env", "ci"]
    with (here / "serve.log").open("w+") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            url = _address(process, here / "serve.log")
            assert not url.endswith(":8080")
            said = (here / "serve.log").read_text()
            assert "There is no champion yet: version 1, the newest challenger, serves in its place." in said
            typed = next(line for line in said.splitlines() if line.startswith("curl "))
            key = typed.partition("Bearer ")[2].partition("'")[0]
            body = typed.partition("-d '")[2].removesuffix("'")
            assert json.loads(body) == {"dataframe_records": [EXAMPLE]}
            headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
            answer = requests.post(f"{url}/invocations", data=body, headers=headers, timeout=600).json()
        finally:
            psutil.Process(process.pid).terminate()
    traced = kedro("model", "trace", answer["prediction_ids"][0]).output
    assert answer["model"]["run_id"] in traced
    assert "git.commit" in traced
    assert "data.data/01_raw" in traced
    assert "gate floor" in traced


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    while process.poll() is None:
        if "Uvicorn running on " in (said := log.read_text()):
            return said.partition("Uvicorn running on ")[2].split()[0]
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def test_what_a_request_costs_is_shown_step_by_step_and_nothing_is_kept(here: Path, kedro: Kedro) -> None:
    shown = kedro("serve", "--env", "ci", "--profile").output
    for step in ("read JSON", "rules of the contract", "complete", "keys", "compute_features", "transformers", "model"):
        assert re.search(rf"│ {step}.*│ +\d+\.\d+ +│ +-?\d+ % +│ +\d+\.\d+ +│", shown), shown
    costs = {line.split("│")[1].strip(): float(line.split("│")[2]) for line in shown.splitlines() if " % " in line}
    whole = costs.pop("all, without HTTP")
    assert sum(costs.values()) == pytest.approx(whole, abs=0.01)
    assert costs["store"] > 0
    assert "20 rows, ms" in shown
    assert not (here / "predictions.db").exists()


def test_keys_are_made_listed_and_taken_back(here: Path, kedro: Kedro) -> None:
    made = kedro("keys", "create", "a partner", "--scope", "operate").output.split()[-1]
    identifier = made.partition(".")[0]
    listed = kedro("keys", "list").output
    assert f"{identifier}  " in listed
    assert "operate  a partner" in listed
    assert made not in listed
    assert kedro("keys", "revoke", identifier).exit_code == 0
    assert identifier not in kedro("keys", "list").output
    again = kedro("keys", "revoke", identifier)
    assert again.exit_code == 1
    assert f"knows no key {identifier}" in again.output


def test_predictions_are_forgotten_by_command(
    tmp_path: Path, kedro: Kedro, monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    url = f"sqlite:///{tmp_path}/predictions.db"
    monkeypatch.setenv("PREDICTION_STORE_URL", url)
    others = dict.fromkeys(("request_id", "model", "version", "run_id", "features_hash", "caller"), "x")
    rows: list[dict[str, Any]] = [
        {"prediction_id": key, "key": key, "inputs": {"who": key}, "output": 1} | others for key in "abc"
    ]
    for row, day in zip(rows, ("2026-01-01", "2026-02-01", "2026-03-01"), strict=True):
        row["time"] = pd.Timestamp(day, tz="UTC").to_pydatetime()
    with closing(PredictionStore(url)) as store:
        store.add(rows)
        assert "1 predictions deleted" in kedro("predictions", "forget", "--before", "2026-01-15").output
        assert "1 predictions deleted" in kedro("predictions", "forget", "--subject", "who=c").output
        assert list(store.read()["key"]) == ["b"]
    for wrong in ([], ["--before", "2026-01-15", "--subject", "who=c"]):
        assert "say either --before DATE or --subject" in kedro("predictions", "forget", *wrong).output


def test_a_prediction_that_nobody_made_is_not_traced(here: Path, kedro: Kedro) -> None:
    result = kedro("model", "trace", "nobody")
    assert result.exit_code == 1
    assert "the prediction store knows no nobody" in result.output
