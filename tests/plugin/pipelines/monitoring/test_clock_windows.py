"""Clocks are put forward on 2013-03-10 and back on 2013-11-03: each prediction is in one window, and in no other."""

import itertools
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from flight_delays.features import complete, identify
from flight_delays.schemas import FlightPlan
from kedro_modelops.pipelines.monitoring.parameters import Monitoring, Span
from kedro_modelops.pipelines.monitoring.window import Window, take_window
from kedro_modelops.predictions.prediction_store import PredictionStore
from kedro_modelops.roles import Roles
from rows import arrivals, reference

DAYS = {"2013-03-10": 71, "2013-11-03": 73}
"""Hours of a switch's day in New York, and of those before and after it."""
REPEATED = [f"2013-11-03T01:{minute}:00{offset}" for offset in ("-04:00", "-05:00") for minute in ("00", "59")]


def hours(day: str) -> list[pd.Timestamp]:
    """One moment in each hour of three days in New York, written with the offset that is in force."""
    noon = pd.Timestamp(day, tz="America/New_York")
    first, last = ((noon + pd.DateOffset(days=days)).normalize() for days in (-1, 2))
    return list(pd.date_range(first, last, freq="h", inclusive="left"))


def predictions(moments: list[Any]) -> list[dict[str, Any]]:
    """A prediction at each moment; its row is of that moment too, if rows have a time."""
    raw = pd.concat(arrivals().values(), ignore_index=True).head(len(moments))
    asked = complete(raw[[name for name in FlightPlan.to_schema().columns if name in raw]], reference())
    keys = identify(asked).astype(str)
    lines = asked.to_json(orient="records", lines=True, date_format="iso").splitlines()
    fixed = {"request_id": "r", "model": "m", "version": "1", "run_id": "r", "features_hash": "h", "output": 1}
    return [
        fixed
        | {"prediction_id": f"{number}", "key": f"{key}-{number}", "inputs": json.loads(line), "caller": "c"}
        | {"time": pd.Timestamp(moment).to_pydatetime()}
        for number, (key, line, moment) in enumerate(zip(keys, lines, moments, strict=True))
    ]


class Watch:
    """Takes windows of the same predictions, made online or in a batch long after."""

    def __init__(self, folder: Path, parameters: dict[str, Any], made: list[dict[str, Any]], *, batch: bool) -> None:
        """Stores the predictions."""
        self._url, self._months = f"sqlite:///{folder}/predictions.db", {}
        self._problem = Roles.model_validate(parameters["problem"])
        self._monitoring = Monitoring.model_validate(parameters["monitoring"])
        if not batch:
            PredictionStore(self._url).add(made)
            return
        timed = [row["inputs"] | {self._problem.time: row["time"].isoformat()} for row in made]
        scored = pd.DataFrame(made)
        if self._problem.time in made[0]["inputs"]:
            scored = scored.assign(inputs=[json.dumps(row) for row in timed], time=datetime.now(UTC))
        self._months = {"scored": scored.copy}

    def window(self, **span: Any) -> Window:
        monitoring = self._monitoring.model_copy(update={"window": Span.model_validate({"days": 30} | span)})
        return take_window(self._months, PredictionStore(self._url), self._problem, monitoring)


@pytest.mark.parametrize("batch", [False, True], ids=["online", "batch"])
@pytest.mark.parametrize("day", DAYS)
def test_days_around_a_switch_hold_each_prediction_once(
    tmp_path: Path, parameters: dict[str, Any], day: str, *, batch: bool
) -> None:
    moments = hours(day)
    assert len(moments) == DAYS[day]
    watch = Watch(tmp_path, parameters, predictions(moments), batch=batch)
    dates = pd.date_range(moments[0].tz_convert("UTC").date(), periods=5)
    windows = [watch.window(since=since, until=until) for since, until in itertools.pairwise(dates)]
    found = [identifier for window in windows for identifier in window.rows["prediction_id"]]
    assert found == [str(number) for number in range(len(moments))]
    assert [len(window.rows) for window in windows][1:3] == [24, 24]  # days of UTC, which no switch makes longer
    for window in windows:
        assert window.rows["when"].between(window.since, window.until, inclusive="left").all()
        assert len(window.rows) == len(window.inputs) == len(window.features)


@pytest.mark.parametrize("batch", [False, True], ids=["online", "batch"])
def test_both_hours_of_the_repeated_one_are_told_apart_and_in_order(
    tmp_path: Path, parameters: dict[str, Any], *, batch: bool
) -> None:
    watch = Watch(tmp_path, parameters, predictions(REPEATED), batch=batch)
    for span in ({"month": "2013-11"}, {"since": "2013-11-03", "until": "2013-11-04"}, {"days": 1}):
        when = watch.window(**span).rows["when"]
        assert [f"{moment:%d %H:%M}" for moment in when] == ["03 05:00", "03 05:59", "03 06:00", "03 06:59"]


@pytest.mark.parametrize("batch", [False, True], ids=["online", "batch"])
@pytest.mark.parametrize("month", ["2013-03", "2013-11"])
def test_months_of_a_switch_end_where_the_next_one_begins(
    tmp_path: Path, parameters: dict[str, Any], month: str, *, batch: bool
) -> None:
    first, last = (pd.Timestamp(edge, tz="UTC") for edge in (month, str(pd.Period(month) + 1)))
    edges = [first - pd.Timedelta(seconds=1), first, last - pd.Timedelta(seconds=1), last]
    local = [moment.tz_convert("America/New_York") for moment in edges]
    watch = Watch(tmp_path, parameters, predictions(local), batch=batch)
    names = [str(pd.Period(month) + offset) for offset in (-1, 0, 1)]
    assert [watch.window(month=name).rows["prediction_id"].tolist() for name in names] == [["0"], ["1", "2"], ["3"]]
