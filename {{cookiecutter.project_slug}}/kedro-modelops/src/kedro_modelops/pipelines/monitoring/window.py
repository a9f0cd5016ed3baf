"""The predictions that are looked at."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import NamedTuple

import pandas as pd

from kedro_modelops.pipelines.monitoring.parameters import Monitoring
from kedro_modelops.predictions.prediction_store import PredictionStore
from kedro_modelops.predictions.records import features_of, inputs_of
from kedro_modelops.problem import load_problem
from kedro_modelops.roles import Roles

Months = dict[str, Callable[[], pd.DataFrame]]

HANDFUL = 0.1
"""Of the rows of a usual month."""


class Window(NamedTuple):
    """Predictions of a span of time, online and in batches.

    Attributes:
        rows: Columns of the prediction store, but for `inputs`, with `outcome`, null where it is not known, and `when`.
        inputs: What was asked, row by row, with the columns of `Request`.
        features: What the model saw, computed anew, with those of `Features`, also where there are no rows.
        since: First moment.
        until: The moment after the last.
        months: Calendar months before `until` in which anything was predicted.
    """

    rows: pd.DataFrame
    inputs: pd.DataFrame
    features: pd.DataFrame
    since: pd.Timestamp
    until: pd.Timestamp
    months: list[str]

    def __str__(self) -> str:
        """The first and the last day."""
        return f"{self.since:%Y-%m-%d} to {self.until - pd.Timedelta(seconds=1):%Y-%m-%d}"


def take_window(scores: Months, prediction_store: PredictionStore, problem: Roles, monitoring: Monitoring) -> Window:
    """Gathers predictions with their outcomes.

    An online prediction belongs to the moment when it was made; a row of a batch to `problem.time`, as months are
    scored long after they began, or where it has none to the moment when it was scored. What lies in the future, by
    the clock of this machine, is left out: one row from a clock that jumped must not move the window.

    Args:
        scores: Batches, by name.
        prediction_store: Online predictions, and outcomes; closed afterwards.
        problem: Which column is the time.
        monitoring: Which span, and whose predictions do not count.

    Returns:
        The window; it may be empty.
    """
    now = pd.Timestamp.now("UTC")
    ignored = monitoring.ignore_callers
    with closing(prediction_store) as store:
        times = [store.times(ignored), *(_when(load(), problem) for load in scores.values())]
        past = pd.concat([made[made <= now].astype("datetime64[us, UTC]") for made in times], ignore_index=True)
        since, until = monitoring.window.bounds(now if past.empty else past.max())
        online = store.read(since, until).query("caller not in @ignored")
        batches = list(_batches(scores, store, problem, since, until))
    tables = [table[table["when"] <= now] for table in [online.assign(when=online["time"]), *batches]]
    filled = [table for table in tables if len(table)] or tables[:1]
    rows = pd.concat([table[[name for name in map(str, table) if not name.startswith("inputs")]] for table in filled])
    order = rows["when"].argsort(kind="stable")
    rows, contracts = rows.iloc[order].reset_index(drop=True), load_problem()
    inputs: pd.DataFrame = contracts.request.empty()
    features: pd.DataFrame = contracts.features.empty()
    if len(rows):
        inputs = pd.concat([inputs_of(table) for table in filled]).iloc[order].reset_index(drop=True)
        features = features_of(inputs)
    return Window(rows, inputs, features, since, until, months_in(past[past < until]))


def months_in(times: pd.Series) -> list[str]:
    """Calendar months, without those in which a handful of rows lies, as at the edge of a time zone."""
    counts = times.dt.strftime("%Y-%m").value_counts()
    return sorted(counts.index[counts > counts.median() * HANDFUL])


def _batches(
    scores: Months, store: PredictionStore, problem: Roles, since: pd.Timestamp, until: pd.Timestamp
) -> Iterator[pd.DataFrame]:
    for load in scores.values():
        table = load()
        table = table.assign(when=_when(table, problem))
        inside = table[(table["when"] >= since) & (table["when"] < until)]
        if len(inside):
            yield inside.assign(outcome=store.outcomes(inside["key"]))


def _when(table: pd.DataFrame, problem: Roles) -> pd.Series:
    inputs = inputs_of(table)
    when = inputs[problem.time] if problem.time in inputs else table["time"]
    return pd.to_datetime(when, utc=True).set_axis(table.index)
