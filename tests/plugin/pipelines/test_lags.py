"""Lags of the target: what is looked up of past outcomes was known then, and follows what has come in since."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from flight_delays.features import OBSERVED
from kedro_modelops.errors import RefusedError
from kedro_modelops.pipelines.evaluation.golden import record_golden
from kedro_modelops.predictions.digests import hash_table
from kedro_modelops.registry.model_registry import CHAMPION
from kedro_modelops.roles import Roles
from kedro_modelops.testing.project import PROJECT, Kedro, Load, ReplaceProblem, connect
from rows import arrivals, months

DELAY = pd.Timedelta(days=2)
"""How long after a day its count is known."""
LAG = "distance"
"""The feature that takes the count."""
Complete = Callable[[pd.DataFrame, pd.DataFrame], pd.DataFrame]


@pytest.fixture
def reference() -> pd.DataFrame:
    """Counts of real flights by day and airport."""
    flights = pd.concat(months().values())
    day = flights["time_hour"].dt.floor("D").rename("day")
    counts = flights.groupby([day, "origin"]).size().rename("count").reset_index()
    return counts.assign(known_at=counts["day"] + pd.Timedelta(days=1) + DELAY).sort_values("known_at")


@pytest.fixture
def record(load: Load, reference: pd.DataFrame, replace_problem: ReplaceProblem) -> Callable[..., Any]:
    """Records golden answers with another `complete`."""

    def begin(complete: Complete, table: pd.DataFrame = reference, time: str = "time_hour") -> Any:
        replace_problem(complete=complete)
        return record_golden(load("model"), load("requests"), table, Roles(target="late", key="flight_id", time=time))

    return begin


def last_known(rows: pd.DataFrame, reference: pd.DataFrame, since: str = "known_at") -> pd.DataFrame:
    """The last count that was known, as kedro-modelops/docs/lags.md has it."""
    asked = rows[["time_hour", "origin"]].reset_index().sort_values("time_hour")
    past = reference.sort_values(since).astype({since: asked["time_hour"].dtype})  # as its contract would
    found = pd.merge_asof(asked, past, left_on="time_hour", right_on=since, by="origin").set_index("index")
    weather = dict.fromkeys(OBSERVED, float("nan"))
    return rows.assign(**(weather | {LAG: found["count"].astype("float64")}))


def own_day(rows: pd.DataFrame, reference: pd.DataFrame) -> pd.DataFrame:
    """The count of the day on which a flight departs: its own outcome is in it."""
    return last_known(rows, reference, since="day")


def yesterday(rows: pd.DataFrame, reference: pd.DataFrame) -> pd.DataFrame:
    """A count of a day that is over, but not known yet."""
    return last_known(rows, reference.assign(over=reference["day"] + pd.Timedelta(days=1)), since="over")


def test_what_was_known_then_may_be_looked_up(record: Callable[..., Any], reference: pd.DataFrame, load: Load) -> None:
    looked_up = last_known(load("requests"), reference)[LAG]
    assert looked_up.notna().any(), "nothing is looked up, so that nothing is shown"
    assert len(record(last_known)["outputs"]) == len(load("requests"))


@pytest.mark.parametrize("complete", [own_day, yesterday])
def test_what_was_not_known_yet_is_refused(record: Callable[..., Any], complete: Complete) -> None:
    with pytest.raises(RefusedError, match=rf"uses outcomes that are not known yet: .*\['{LAG}'\] change"):
        record(complete)


def test_a_reference_that_says_no_time_holds_no_outcomes(record: Callable[..., Any], reference: pd.DataFrame) -> None:
    assert record(own_day, reference.drop(columns="known_at"))


def test_without_a_time_of_requests_nobody_can_tell(record: Callable[..., Any]) -> None:
    with pytest.raises(RefusedError, match="requests have no time"):
        record(last_known, time="hour_of_arrival")


def test_the_documented_lines_look_up_the_last_known_count() -> None:
    (lines,) = re.findall(r"```python\n(.*?)```", (PROJECT / "kedro-modelops/docs/lags.md").read_text(), re.DOTALL)
    known: dict[str, Any] = {"pd": pd, "DELAY": DELAY}
    exec(lines, known)  # noqa: S102  (our own)
    days = pd.date_range("2026-03-01", periods=6, tz="UTC")
    raw = pd.DataFrame({"day": days, "station": "a", "rentals": range(6)})
    raw = pd.concat([raw, raw.assign(station="b", rentals=raw["rentals"] + 10)], ignore_index=True)
    rows = raw[["day", "station"]].sample(frac=1, random_state=1)
    looked_up = known["complete"](rows, known["index_rentals"](raw)).sort_index()["last_rentals"]
    assert looked_up.fillna(-1).tolist() == [-1, -1, -1, 0, 1, 2, -1, -1, -1, 10, 11, 12]


def test_what_has_come_in_completes_the_next_months(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kedro: Kedro
) -> None:
    project, incoming = tmp_path / "project", Path("data/incoming")
    shutil.copytree(trained, project, symlinks=True)
    monkeypatch.chdir(project)
    (name,) = (found.name for found in connect(project).search_registered_models())
    connect(project).set_registered_model_alias(name, CHAMPION, "1")
    incoming.mkdir(parents=True)
    rows = pd.concat(arrivals().values(), ignore_index=True)

    def temperatures(month: str) -> pd.Series:
        rows.to_parquet(incoming / f"{month}.parquet", index=False)
        result = kedro("run", "--env", "ci", "--pipelines=inference")
        assert result.exit_code == 0, result.output[-1500:]
        assert hash_table(pd.read_parquet("data/03_primary/reference.parquet")) in result.output
        found: pd.Series = pd.read_parquet(f"data/07_model_output/scores/{month}.parquet")["inputs.temp"]
        return found

    before = temperatures("2013-01")
    raw = pd.read_parquet("data/01_raw/weather.parquet")
    Path("data/01_raw/weather.parquet").unlink()  # a link into DVC's cache
    raw.assign(temp=raw["temp"] + 1).to_parquet("data/01_raw/weather.parquet", index=False)
    assert kedro("run", "--env", "ci", "--to-outputs=reference").exit_code == 0
    pd.testing.assert_series_equal(temperatures("2013-02"), before + 1)
    assert before.notna().any()
