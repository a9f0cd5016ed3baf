"""The pipeline as people run it: scored months, outcomes that come late or twice, and places that are empty or down."""

import ast
import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from flight_delays.features import complete, identify, label
from flight_delays.schemas import Features, FlightPlan
from kedro_modelops.pipelines.monitoring import datasets as monitored
from kedro_modelops.pipelines.monitoring.parameters import Monitoring, Span
from kedro_modelops.pipelines.monitoring.window import take_window
from kedro_modelops.predictions.prediction_store import PredictionStore
from kedro_modelops.registry.model_registry import CHAMPION
from kedro_modelops.roles import Roles
from kedro_modelops.testing.project import PROJECT, Kedro, connect
from prometheus_client.parser import text_string_to_metric_families
from pydantic import ValidationError
from rows import arrivals, reference

Settings = tuple[Roles, Monitoring]

REPORTS = Path("data/08_reporting")


@pytest.fixture
def serving(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project in which the trained version serves and rows have arrived."""
    project = tmp_path / "project"
    shutil.copytree(trained, project, symlinks=True)
    (name,) = (found.name for found in connect(project).search_registered_models())
    connect(project).set_registered_model_alias(name, CHAMPION, "1")
    incoming = project / "data/incoming"
    incoming.mkdir(parents=True)
    for month, rows in arrivals().items():
        rows.to_parquet(incoming / f"{month}.parquet", index=False)
    monkeypatch.chdir(project)
    return project


def run(kedro: Kedro, *pipelines: str) -> dict[str, Any]:
    """Runs pipelines, the last of which monitors; returns what it says."""
    result = kedro("run", "--env", "ci", f"--pipelines={','.join(pipelines)}", "--params=monitoring.window.days=10000")
    assert result.exit_code == 0, result.output[-1500:]
    return dict(json.loads((REPORTS / "monitoring.json").read_text()))


def verdicts(report: dict[str, Any]) -> dict[str, str]:
    return {signal["name"]: signal["verdict"] for signal in report["signals"]}


@pytest.mark.usefixtures("serving")
def test_nothing_was_predicted_yet(kedro: Kedro) -> None:
    report = run(kedro, "monitoring")
    assert (report["state"], report["retrain"], report["rows"]) == ("unknown", False, 0)
    assert set(verdicts(report).values()) <= {"not_judged", "ok"}
    assert "Too little is known to judge" in (REPORTS / "monitoring.html").read_text()


def test_outcomes_come_after_predictions(serving: Path, kedro: Kedro, parameters: dict[str, Any]) -> None:
    name = f"performance/{parameters['training']['scoring']}"
    run(kedro, "inference", "monitoring")
    before = json.loads((REPORTS / "monitoring.json").read_text())
    assert verdicts(before)[name] == "not_judged"
    after = run(kedro, "outcomes", "monitoring")
    assert verdicts(after)[name] != "not_judged"
    assert after["rows"] == sum(map(len, arrivals().values()))
    assert {"name", "value", "threshold", "window", "verdict", "sentence"} == set(after["signals"][0])

    page = (REPORTS / "monitoring.html").read_text()
    for signal in after["signals"]:
        if signal["name"].startswith("performance/neg_"):  # an error, which people read without the scorer's minus
            assert f'<td class="n">{-signal["value"]:.4g}</td>' in page
    assert "<script" not in page
    assert re.findall(r'(?:src|href)="(?!#)[^"]*"', page) == []

    gauges = {one.name: one for one in text_string_to_metric_families((REPORTS / "monitoring.prom").read_text())}
    told = {sample.labels["signal"]: sample.value for sample in gauges["monitoring_alert"].samples}
    assert told == {name: verdict == "alert" for name, verdict in verdicts(after).items() if verdict != "not_judged"}

    client = connect(serving)
    (charts,) = (found for found in client.search_experiments() if found.name.endswith("-monitoring"))
    (chart,) = client.search_runs([charts.experiment_id])
    assert chart.data.tags["version"] == "1"
    (point,) = client.get_metric_history(chart.info.run_id, name)
    last = datetime.fromisoformat(after["until"]) - timedelta(seconds=1)
    assert (point.step, point.timestamp) == (int(f"{last:%Y%m%d}"), int(last.timestamp()) * 1000)


@pytest.mark.usefixtures("serving")
def test_a_store_that_is_down_is_named(kedro: Kedro, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREDICTION_STORE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    result = kedro("run", "--env", "ci", "--pipelines=monitoring")
    assert result.exit_code == 1
    assert "does not answer; start it, or change PREDICTION_STORE_URL" in result.output
    assert "Traceback" not in result.output


@pytest.mark.usefixtures("serving")
def test_a_version_that_kept_no_rows_is_named(kedro: Kedro, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitored, "FILES", ("nothing.parquet", "nowhere.parquet"))
    result = kedro("run", "--env", "ci", "--pipelines=monitoring")
    assert result.exit_code == 1
    assert "version 1 has not kept nothing.parquet and nowhere.parquet" in " ".join(result.output.split())


def predictions(*when: datetime) -> list[dict[str, Any]]:
    raw = pd.concat(arrivals().values(), ignore_index=True).head(len(when))
    asked = complete(raw[[name for name in FlightPlan.to_schema().columns if name in raw]], reference())
    inputs = [json.loads(line) for line in asked.to_json(orient="records", lines=True, date_format="iso").splitlines()]
    fixed = {"request_id": "r", "model": "m", "version": "1", "run_id": "r", "features_hash": "h", "output": 1}
    return [
        {"prediction_id": str(number), "key": key, "inputs": inputs, "time": time, "caller": "c", **fixed}
        for number, (key, inputs, time) in enumerate(zip(identify(raw).astype(str), inputs, when, strict=True))
    ]


@pytest.fixture
def store(tmp_path: Path) -> PredictionStore:
    return PredictionStore(f"sqlite:///{tmp_path}/predictions.db")


@pytest.fixture
def settings(parameters: dict[str, Any]) -> Settings:
    return Roles.model_validate(parameters["problem"]), Monitoring.model_validate(parameters["monitoring"])


def test_a_clock_that_jumped_does_not_move_the_window(store: PredictionStore, settings: Settings) -> None:
    today = datetime.now(UTC)
    store.add(predictions(today - timedelta(days=3), today - timedelta(days=2), today + timedelta(days=30_000)))
    window = take_window({}, store, *settings)
    assert len(window.rows) == 2
    assert window.since < today - timedelta(days=3) < window.until <= pd.Timestamp(today)


def test_a_window_without_rows_has_the_columns_of_the_contracts(store: PredictionStore, settings: Settings) -> None:
    window = take_window({}, store, *settings)
    assert list(window.features) == list(Features.to_schema().columns)
    assert list(window.inputs) == list(FlightPlan.to_schema().columns)
    assert len(window.features) == len(window.inputs) == 0


def test_what_a_deployment_asks_does_not_count(store: PredictionStore, settings: Settings) -> None:
    today = datetime.now(UTC)
    ours, theirs = predictions(today - timedelta(days=60), today - timedelta(days=1))
    store.add([ours, theirs | {"caller": "deployment"}])
    assert take_window({}, store, *settings).rows["prediction_id"].tolist() == [ours["prediction_id"]]


def test_outcomes_may_come_twice_late_or_not_at_all(store: PredictionStore, settings: Settings) -> None:
    made = predictions(*[datetime.now(UTC) - timedelta(hours=hours) for hours in (3, 2, 1)])
    first, second, third = (row["key"] for row in made)
    store.add(made)
    store.add_outcomes(pd.Series([None, None], [first, second], dtype=object))
    store.add_outcomes(pd.Series([1.0, 2.0, 3.0, None], [first, first, second, third]))
    store.add_outcomes(pd.Series([4.0], [second]))
    assert take_window({}, store, *settings).rows["outcome"].dropna().tolist() == [2.0, 4.0]
    assert store.outcomes(pd.Series([second, "nobody's"])).notna().tolist() == [True, False]


def test_a_window_is_a_month_a_span_or_the_last_days() -> None:
    newest = pd.Timestamp("2013-12-31T12:00", tz="UTC")
    said = ({"month": "2013-02"}, {"since": "2013-02-03", "until": "2013-02-05"}, {})
    spans = [Span.model_validate({"days": 2} | one) for one in said]
    days = [[f"{moment:%m-%d}" for moment in span.bounds(newest)] for span in spans]
    assert days == [["02-01", "03-01"], ["02-03", "02-05"], ["12-30", "01-01"]]
    for wrong in ({"month": "2013-13"}, {"since": "2013-02-03"}, {"since": "2013-02-03", "until": "2013-02-03"}):
        with pytest.raises(ValidationError):
            Span.model_validate({"days": 2} | wrong)


def test_every_outcome_has_the_key_of_its_prediction() -> None:
    rows = pd.concat(arrivals().values(), ignore_index=True)
    assert len(label(rows)) == len(identify(rows)) == len(rows)
    assert label(rows).notna().any()


def test_no_other_pipeline_waits_for_evidently() -> None:
    at_import = [node for file in (PROJECT / "src").rglob("*.py") for node in ast.parse(file.read_text()).body]
    assert [node for node in at_import if "evidently" in ast.dump(node) and not isinstance(node, ast.FunctionDef)] == []
