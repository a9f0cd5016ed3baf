"""Windows without drift, drawn from the few rows, and ways to spoil them."""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import mlflow
import numpy as np
import pandas as pd
from flight_delays.features import compute_features, label
from flight_delays.schemas import FlightPlan
from kedro_modelops.models.registered_model import RegisteredModel
from kedro_modelops.models.scoring import answer
from kedro_modelops.pipelines.monitoring.datasets import Profile
from kedro_modelops.pipelines.monitoring.parameters import Monitoring
from kedro_modelops.pipelines.monitoring.signals.answers import watch_answers
from kedro_modelops.pipelines.monitoring.signals.estimate import estimate_performance
from kedro_modelops.pipelines.monitoring.signals.inputs import watch_inputs
from kedro_modelops.pipelines.monitoring.signals.performance import watch_performance
from kedro_modelops.pipelines.monitoring.signals.service import watch_service
from kedro_modelops.pipelines.monitoring.signals.signal import Signal
from kedro_modelops.pipelines.monitoring.window import Window
from kedro_modelops.predictions.records import read_inputs, score_rows
from kedro_modelops.roles import Roles
from kedro_modelops.tracking.resources import Prices
from rows import arrivals, reference

SLICE = "drawn"
"""A column of every window: a tenth of its rows is `a`, the rest is `b`."""
ROWS = 400


class Watched:
    """A version and a pool of rows that it has answered, whose outcome is known; windows are drawn from the pool."""

    def __init__(self, project: Path, parameters: dict[str, Any], **changes: Any) -> None:
        """Asks the model of a trained project, once; `changes` go to the parameters of monitoring."""
        estimator = mlflow.sklearn.load_model(str(project / "data/06_models/model"))
        self.model = RegisteredModel(estimator, "model", "1", "run", {})
        self.parameters, self.problem = parameters, Roles.model_validate(parameters["problem"])
        settings = parameters["monitoring"] | {"seasonality": "none", "min_rows": 100, "resamples": 40} | changes
        self.settings = Monitoring.model_validate(settings)
        self.pool = _pool(self.model)
        target = pd.Series(self.pool.rows["outcome"].tolist(), name=self.problem.target)
        time = {self.problem.time: self.pool.rows["when"]} if self.problem.time else {}
        table = self.pool.features.assign(**{self.problem.target: target, SLICE: self.pool.inputs[SLICE]}, **time)
        self.problem = self.problem.model_copy(update={"carried": (*self.problem.carried, SLICE)})
        self.profile = Profile(table, table, self.pool.until.to_pydatetime())

    @property
    def scoring(self) -> str:
        """The primary scorer."""
        return str(self.parameters["training"]["scoring"])

    def draw(self, seed: int, rows: int = ROWS) -> Window:
        """A window without drift; it may be spoiled."""
        drawn = np.random.default_rng(seed).integers(len(self.pool.rows), size=rows)
        return self.take(drawn)

    def take(self, numbers: np.ndarray) -> Window:
        """A window of these rows of the pool."""
        tables = (table.iloc[numbers].reset_index(drop=True) for table in self.pool[:3])
        return Window(*tables, *self.pool[3:])

    def watch(self, window: Window, *kinds: str) -> dict[str, Signal]:
        """Signals by name: of some of the `KINDS`, or of all."""
        known = (window, self.profile, self.model, self.problem, self.settings)
        further = {
            "performance": (self.scoring, {"columns": [SLICE], "min_samples": 10}, 0),
            "estimate": (self.scoring,),
            "service": (Prices.model_validate(self.parameters["prices"]),),
        }
        asked = kinds or tuple(KINDS)
        return {signal.name: signal for kind in asked for signal in KINDS[kind](*known, *further.get(kind, ()))}


KINDS: dict[str, Callable[..., list[Signal]]] = {
    "inputs": watch_inputs,
    "answers": watch_answers,
    "performance": watch_performance,
    "estimate": estimate_performance,
    "service": watch_service,
}


@cache
def _raw() -> pd.DataFrame:
    raw = pd.concat(arrivals().values(), ignore_index=True)
    return raw[label(raw).notna()].reset_index(drop=True)


def _pool(model: RegisteredModel) -> Window:
    raw = _raw()
    asked = raw[[name for name in FlightPlan.to_schema().columns if name in raw]]
    rows = pd.DataFrame(score_rows(asked, reference(), model, partial(answer, model.estimator)))
    until, outcomes = pd.Timestamp("2014-01-01", tz="UTC"), label(raw).astype(object)
    when = pd.date_range(end=until, periods=len(rows) + 1, freq="h", inclusive="left")
    online = {"request_id": rows["key"], "latency_ms": 5.0, "time": when, "when": when, "outcome": outcomes}
    inputs = read_inputs(rows["inputs"])
    drawn = {SLICE: np.where(np.arange(len(rows)) % 10 == 0, "a", "b")}
    months = sorted(set(when.strftime("%Y-%m")))
    return Window(rows.assign(**online), inputs.assign(**drawn), compute_features(inputs), when[0], until, months)


def spoiled(window: Window, **parts: Any) -> Window:
    """The same window with columns of its `rows`, or of its `features`, replaced."""
    named = SimpleNamespace(rows={}, features={})
    for name, values in parts.items():
        (named.features if name in window.features else named.rows)[name] = values
    return window._replace(rows=window.rows.assign(**named.rows), features=window.features.assign(**named.features))


def classes(watched: Watched) -> Any:
    """Of a classifier; None of a regression."""
    return getattr(watched.model.estimator, "classes_", None)


def wrong(watched: Watched, window: Window) -> pd.Series:
    """Each outcome in the place of another: the highest where the lowest is predicted, or the next class."""
    if classes(watched) is None:
        return window.rows["outcome"].sort_values(ascending=False).set_axis(window.rows["output"].sort_values().index)
    named = list(classes(watched))
    return window.rows["outcome"].map(dict(zip(named, np.roll(named, 1), strict=True)))
