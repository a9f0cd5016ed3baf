"""A check of the contract that crashes is a fault of the service, and the log names the check."""

import asyncio
import json
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pandera.pandas as pa
import pytest
from flight_delays.schemas import EXAMPLE, FlightPlan
from kedro_modelops.predictions.prediction_store import PredictionStore
from kedro_modelops.serving import service as serving
from kedro_modelops.serving.access.key_ring import KeyRing
from kedro_modelops.serving.access.keys import create_key
from kedro_modelops.serving.app import create_app
from kedro_modelops.serving.scoring.references import Reference
from kedro_modelops.serving.settings import Settings
from kedro_modelops.testing.project import ReplaceProblem

PERSON = "jane.doe@example.com"


def arrives_in_time(table: pd.DataFrame) -> pd.Series:
    """Fails by itself, with what may be a caller's."""
    raise KeyError(f"{PERSON}: {len(table)}")


class Crashing(FlightPlan):
    """A contract with a check that crashes."""

    @classmethod
    def to_schema(cls) -> pa.DataFrameSchema:
        schema = FlightPlan.to_schema()
        schema.checks = [*schema.checks, pa.Check(arrives_in_time, name="arrives_in_time")]
        return schema


class InProcess:
    """A service whose contract has a check that crashes; its model is never asked."""

    def __init__(self, folder: Path) -> None:
        model = SimpleNamespace(name="model", version="1", run_id="r", classes=None)
        slot: Any = SimpleNamespace(current=model, reference=Reference())
        store = PredictionStore(f"sqlite:///{folder}/predictions.db")
        self._secret = create_key(folder / "keys.json", "tester", ["predict"])
        self._service = serving.Service(Settings(poll_seconds=0), slot, store)
        self._app = create_app(self._service, KeyRing(folder / "keys.json"))

    async def ask(self, row: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Sends a row; status and body of the answer."""
        body, sent = json.dumps({"dataframe_records": [row]}, default=str).encode(), []
        headers = [(b"content-type", b"application/json"), (b"authorization", f"Bearer {self._secret}".encode())]
        path = {"path": "/invocations", "raw_path": b"/invocations", "query_string": b"", "scheme": "http"}

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        async with self._service.life(self._app):
            await self._app({"type": "http", "method": "POST", "headers": headers, **path}, receive, send)
        return sent[0]["status"], json.loads(sent[1]["body"])


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replace_problem: ReplaceProblem) -> InProcess:
    replace_problem(request=Crashing)
    monkeypatch.setattr(serving, "try_keys", lambda *_: None)
    return InProcess(tmp_path)


def test_it_is_a_500_and_a_line_of_the_log_that_names_the_check(
    service: InProcess, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        status, told = asyncio.run(service.ask(dict(EXAMPLE)))
    assert (status, told["error_code"]) == (500, "INTERNAL_ERROR")
    assert "errors" not in told
    (line,) = (vars(record) for record in caplog.records if record.message == "a request failed")
    assert line["check"].startswith("arrives_in_time (")
    assert f"{Path(__file__).name}, line " in line["check"]
    assert line["error"] == "CheckFaultError, from KeyError"
    assert PERSON not in str(line)
