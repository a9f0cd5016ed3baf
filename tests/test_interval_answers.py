"""A regression says how sure it is by parameters alone: trained, judged, stored, answered, scored and watched."""

import json
import re
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import yaml

from baking import BakedProject, commit
from conftest import Bake
from images import free_port
from servers import serving

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]

TABLE = "from sklearn.datasets import load_diabetes; load_diabetes(as_frame=True).frame.to_csv({!r}, index=False)"
LINEAR = {"class": "sklearn.linear_model.QuantileRegressor", "options": {"alpha": 0}}
INTERVAL = {
    "estimator": {
        "class": "kedro_modelops.models.intervals.QuantileInterval",
        "options": {"coverage": 0.9, "estimator": LINEAR},
    },
    "numeric": [{"class": "sklearn.preprocessing.StandardScaler"}],
}
"""Of 331 rows boosting would learn too much by heart: the gates refuse it."""
SCORED = """
import pandas as pd
scored = pd.read_parquet("data/07_model_output/test_predictions.parquet")
print(scored["prediction"].between(scored["lower"], scored["upper"]).all())
"""
ROWS = """
import pandas as pd
rows = pd.read_parquet("data/01_raw/diabetes.parquet").head(100).drop(columns="target")
print(rows.to_json(orient="records", double_precision=15))
"""
OUTCOMES = """
import json
import pandas as pd
from kedro_modelops.predictions.prediction_store import PredictionStore
store = PredictionStore()
made = store.read()
store.add_outcomes(pd.Series([output + 500.0 for output in made["output"]], index=made["key"]))
print(json.dumps(made["interval"].tolist()))
"""
"""All that happens lies far above what was predicted."""


def state(project: BakedProject, name: str, **parameters: Any) -> None:
    """Writes parameters into a file of `conf/base`, in the place of those of the same name."""
    file = project.path / f"conf/base/parameters_{name}.yml"
    known = yaml.safe_load(file.read_text("utf-8"))
    file.write_text(
        yaml.safe_dump({group: values | parameters.get(group, {}) for group, values in known.items()}), "utf-8"
    )


@pytest.fixture
def project(bake: Bake, tmp_path: Path) -> BakedProject:
    """The study of diabetes, adopted; its only candidate says how sure it is."""
    project, table = bake().copy(tmp_path), tmp_path / "diabetes.csv"
    project.set_up()
    project.run(".venv/bin/python", "-c", TABLE.format(str(table)))
    project.run(".venv/bin/kedro", "adopt", table, "--target", "target", "--yes")
    state(project, "training", training={"candidates": {"with_interval": INTERVAL}})
    state(project, "monitoring", monitoring={"performance": {"coverage": 0.05}, "retrain_on": ["coverage"]})
    project.run(".venv/bin/kedro", "dvc", "sync")
    commit(project.path, "Say how sure the model is")
    return project


def test_predictions_come_with_intervals_by_parameters_alone(project: BakedProject) -> None:
    project.run(".venv/bin/kedro", "run")
    judged = {
        gate["name"]: gate for gate in json.loads((project.path / "data/08_reporting/gates.json").read_text())["gates"]
    }
    assert judged["coverage"]["verdict"] == judged["contract"]["verdict"] == "passed"
    assert printed(project, SCORED) == "True"
    version = json.loads((project.path / "data/06_models/registered_version.json").read_text("utf-8"))["version"]
    project.run(".venv/bin/kedro", "model", "promote", str(version), "--to", "production")

    answered = ask(project)
    assert [
        low <= said <= high for said, (low, high) in zip(answered["predictions"], answered["intervals"], strict=True)
    ]
    kept = json.loads(printed(project, OUTCOMES))
    assert sorted(kept) == sorted(answered["intervals"])
    told = project.run(".venv/bin/kedro", "model", "trace", answered["prediction_ids"][0]).stdout
    assert re.search(r"interval\W*\[", told)

    project.run(".venv/bin/kedro", "run", "--pipelines=monitoring")
    report = json.loads((project.path / "data/08_reporting/monitoring.json").read_text("utf-8"))
    assert report["findings"] == ["coverage"]
    assert "The share of outcomes in their interval is 0.0" in report["reasons"][0]


def printed(project: BakedProject, code: str) -> str:
    """The last line that the project's Python prints."""
    return str(project.run(".venv/bin/python", "-c", code).stdout.splitlines()[-1])


def ask(project: BakedProject) -> dict[str, Any]:
    """What the service answers to some rows of the table."""
    port = free_port()
    with serving([project.path / ".venv/bin/kedro", "serve", "--port", port], project.path, port, "/ready"):
        (key,) = re.findall(r"Bearer (\S+?)'", (project.path / "log").read_text("utf-8"))
        body = json.dumps({"dataframe_records": json.loads(printed(project, ROWS))}).encode()
        asked = urllib.request.Request(f"http://127.0.0.1:{port}/invocations", body)
        asked.add_header("Authorization", f"Bearer {key}")
        asked.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(asked, timeout=600) as response:  # noqa: S310  (of this machine)
            return dict(json.load(response))
