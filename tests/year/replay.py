"""A year, month by month: rows are scored, get outcomes, are judged and taken in; where that asks, a model is trained.

Run by a project's own Python in its folder, after `make setup`. The ledger, and who asks it, have the clock of the
year. Each line of the output is a month, as JSON.
"""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, tzinfo
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

import mlflow
import pandas as pd
import yaml
from click.testing import CliRunner, Result
from kedro.framework.cli.cli import KedroCLI
from kedro.framework.startup import bootstrap_project
from sklearn.metrics import log_loss, roc_auc_score

RAW, ARRIVED, LATER = Path("data/01_raw/flights"), Path("data/incoming"), Path("build/later")
FOUND, ANSWER = Path("data/08_reporting/monitoring.json"), Path("build/answer")
REFERENCE = Path("data/03_primary/reference.parquet")
KNOWN, WEEKS = 4, 2
"""Months that the first version is trained and judged on, and weeks after the last month, in which nothing arrives."""
Row = dict[str, Any]


def plugin(name: str) -> Any:
    """A module of the plugin."""
    return import_module(f"kedro_modelops.{name}")


class Project:
    """A project that lives through the year."""

    def __init__(self) -> None:
        """Finds its package."""
        known = bootstrap_project(Path.cwd())
        self.name, self.package = known.project_path.name, known.package_name
        catalog = yaml.safe_load(Path("conf/base/catalog.yml").read_text("utf-8"))
        self.trusted_types = catalog["model"]["trusted_types"]

    def kedro(self, *words: str, check: bool = True) -> Result:
        """Runs a command in this process, which has waited for its libraries already."""
        done = CliRunner().invoke(KedroCLI(Path.cwd()), list(words))
        mlflow.end_run()
        if check and done.exit_code:
            raise SystemExit(f"kedro {' '.join(words)}\n{done.output}") from done.exception
        return done

    def part(self, name: str) -> Any:
        """A module of the team's."""
        return import_module(f"{self.package}.{name}")

    def champion(self) -> str:
        """Number of the version that serves."""
        aliases: dict[str, str] = plugin("registry.model_registry").aliases(self.name)
        return aliases["champion"]

    def measure(self, rows: pd.DataFrame, version: str) -> dict[str, float]:
        """How a version does on rows whose outcome is known."""
        features, schemas = self.part("features"), self.part("schemas")
        rows = rows[features.label(rows).notna()].reset_index(drop=True)
        asked = rows[[name for name in schemas.FlightPlan.to_schema().columns if name in rows]]
        model = plugin("registry.model_registry").load(self.name, version, self.trusted_types)
        ask = partial(plugin("models.scoring").answer, model.estimator)
        table = plugin("predictions.records").score_rows(asked, pd.read_parquet(REFERENCE), model, ask)
        late, chances = features.label(rows).astype(bool), [chance for _, chance in table["probabilities"]]
        return {"roc_auc": float(roc_auc_score(late, chances)), "log_loss": float(log_loss(late, chances))}

    def begin(self) -> list[str]:
        """Hides the months after the first ones, trains on these and promotes; returns the names of the others."""
        LATER.mkdir(parents=True, exist_ok=True)
        for file in [*RAW.glob("*.parquet"), *ARRIVED.glob("*.parquet")]:
            shutil.move(file, LATER / file.name)
        months = sorted(file.stem for file in LATER.iterdir())
        for month in months[:KNOWN]:
            shutil.move(LATER / f"{month}.parquet", RAW)
        Clock.put(months[KNOWN])
        subprocess.run([Path(sys.executable).with_name("dvc"), "add", "--quiet", RAW, ARRIVED], check=True)
        commit("Begin")
        self.kedro("run")
        self.promote("it is the first")
        return months[KNOWN:]

    def promote(self, reason: str) -> None:
        """Lets the newest version serve."""
        self.kedro("model", "promote", "challenger", "--to", "production", "--reason", reason)

    def live(self, month: str, *, arrives: bool) -> Row:
        """Judges a month, and does what follows from it."""
        if arrives:
            shutil.move(LATER / f"{month}.parquet", ARRIVED)
        ANSWER.unlink(missing_ok=True)
        rows = pd.read_parquet(ARRIVED / f"{month}.parquet")
        serves = self.champion()
        self.kedro("run", "--pipelines=inference,outcomes,monitoring", f"--params=monitoring.window.month={month}")
        found = json.loads(FOUND.read_text("utf-8"))
        self.kedro("model", "ask-training", "--output", str(ANSWER))
        answer, _, why = ANSWER.read_text("utf-8").strip().partition("=")
        self.kedro("run", "--pipelines=ingestion")
        commit(f"Take in {month}")
        return {
            "month": month,
            "version": serves,
            "alerts": sorted(signal["name"] for signal in found["signals"] if signal["verdict"] == "alert"),
            "findings": sorted(found["findings"]),
            "frozen": self.measure(rows, "1"),
            "maintained": self.measure(rows, serves),
            "training": self.train() if answer == "training" else "",
            "refused": why if answer == "refused" else "",
        }

    def train(self) -> str:
        """Trains and, if the gates let it pass, promotes; returns which version serves then, or why it is the same."""
        done, before = self.kedro("run", check=False), self.champion()
        if done.exit_code:
            verdict = json.loads(Path("data/08_reporting/gates.json").read_text("utf-8"))
            return "refused by " + ", ".join(gate["name"] for gate in verdict["gates"] if gate["verdict"] == "failed")
        self.promote("monitoring asked for it")
        return f"version {before} to {self.champion()}"


def commit(message: str) -> None:
    """Commits all that has changed; in the weeks after the year, nothing has."""
    subprocess.run(["git", "add", "--all"], check=True)
    subprocess.run(["git", "commit", "--quiet", "--allow-empty", "--no-verify", "--message", message], check=True)


class Clock(datetime):
    """Is set to early in the morning, some days after a month has begun, and goes on from there."""

    real, offset = staticmethod(time.time), 0.0

    @classmethod
    def put(cls, month: str, days: int = 1) -> None:
        """Sets it."""
        cls.offset = (pd.Timestamp(month, tz="UTC") + pd.Timedelta(days=days, hours=6)).timestamp() - cls.real()

    @classmethod
    def seconds(cls) -> float:
        """What `time.time` says, by which MLflow dates a run, and thereby an entry of the ledger."""
        return cls.real() + cls.offset

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "Clock":
        """What `datetime.now` says."""
        return cls.fromtimestamp(cls.seconds(), tz)


def replay() -> Iterator[Row]:
    """Lives through the year, and for some weeks after it, in which nothing arrives."""
    project = Project()
    with patch("time.time", Clock.seconds), patch.object(plugin("cli.retraining"), "datetime", Clock):
        for month in project.begin():
            Clock.put(str(pd.Period(month) + 1))
            yield project.live(month, arrives=True)
        for week in range(1, WEEKS + 1):
            Clock.put(str(pd.Period(month) + 1), days=1 + 7 * week)
            yield project.live(month, arrives=False)


if __name__ == "__main__":
    for row in replay():
        print(json.dumps(row), flush=True)  # noqa: T201  (it is asked for)
