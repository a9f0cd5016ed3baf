"""What keeps a month from being taken in, on tables of any kind."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro_modelops.pipelines.ingestion.nodes import MEANING, judge_months
from kedro_modelops.pipelines.ingestion.parameters import Ingestion, Limits
from kedro_modelops.pipelines.ingestion.pattern import _days

LIMITS = Limits(
    rows=0.2, days=0, nulls=0.05, outcomes=0.1, numbers=0.15, values=0.1, unseen=0.01, gone=0.02, repeated=0.1
)
READINGS = Ingestion(
    key=["id"], time="time", calendar=["id", "time"], outcomes={"hot": "celsius > 25"}, max_values=10, limits=LIMITS
)
Spoil = Callable[[pd.DataFrame], pd.DataFrame]


def month(name: str, rows: int = 3000) -> pd.DataFrame:
    """Readings of four stations, each with a number and a note of its own."""
    period = pd.Period(name)
    rng = np.random.default_rng(period.ordinal)
    return pd.DataFrame(
        {
            "id": period.ordinal * 10_000 + np.arange(rows),
            "time": period.start_time + pd.to_timedelta(np.arange(rows) % period.days_in_month, unit="D"),
            "station": rng.choice(["A", "B", "C", "D"], rows, p=[0.5, 0.3, 0.16, 0.04]),
            "celsius": rng.normal(20, 5, rows),
            "note": [f"note {number}" for number in range(rows)],
        }
    )


def judge(
    spoil: Spoil = lambda table: table, settings: Ingestion = READINGS, name: str = "2024-03"
) -> tuple[list[str], dict[str, Any]]:
    history = {former: lambda former=former: month(former) for former in ("2024-01", "2024-02")}
    return judge_months({name: lambda: spoil(month("2024-03"))}, history, settings)


def test_a_month_like_those_before_it_is_accepted() -> None:
    assert judge() == (["2024-03"], {})


def test_rows_that_nothing_identifies_are_judged_by_their_content() -> None:
    nameless = READINGS.model_copy(update={"key": []})
    assert judge(settings=nameless) == (["2024-03"], {})
    _, refused = judge(lambda table: pd.concat([table, month("2024-02").assign(time=table["time"])]), nameless)
    assert "repeated: 0.5 where 0.1 is allowed" in str(refused)


@pytest.mark.parametrize(
    ("rule", "spoil"),
    [
        ("outside", lambda table: table.assign(time=table["time"] + pd.Timedelta(days=2))),
        ("overlap", lambda table: table.assign(id=[*month("2024-02")["id"][:1], *table["id"][1:]])),
        ("repeated", lambda table: month("2024-01").assign(id=table["id"], time=table["time"])),
        ("days", lambda table: table[table["time"].dt.day != 7]),
        ("rows", lambda table: table[::2]),
        ("nulls of 'celsius'", lambda table: table.assign(celsius=table["celsius"].mask(table.index % 10 == 0))),
        ("outcomes of 'hot'", lambda table: table.assign(celsius=table["celsius"] + 3)),
        ("numbers of 'celsius'", lambda table: table.assign(celsius=table["celsius"] * 9 / 5 + 32)),
        ("values of 'station'", lambda table: table.assign(station=table["station"].replace("C", "A"))),
        ("unseen of 'station'", lambda table: table.assign(station=table["station"].mask(table.index % 50 == 0, "E"))),
        ("gone of 'station'", lambda table: table[table["station"] != "D"]),
    ],
)  # fmt: skip
def test_each_rule_refuses_what_it_is_for(rule: str, spoil: Spoil) -> None:
    accepted, refused = judge(spoil)
    assert accepted == []
    (sentence,) = (reason for reason in refused["2024-03"]["reasons"] if reason.startswith(f"{rule}: "))
    assert MEANING[rule.partition(" ")[0]] in sentence


def test_every_rule_is_measured() -> None:
    _, refused = judge(lambda table: table[::2])
    assert {found.rule for found in refused["2024-03"]["findings"]} == set(MEANING)
    assert {found.column for found in refused["2024-03"]["findings"]} == {"", "station", "celsius", "note", "hot"}


def test_a_month_is_judged_by_what_was_accepted_before_it() -> None:
    arrived = {"2024-03": lambda: month("2024-03"), "2024-04": lambda: month("2024-03")}
    accepted, refused = judge_months(arrived, {"2024-02": lambda: month("2024-02")}, READINGS)
    assert accepted == ["2024-03"]
    assert "overlap: 1 where 0 is allowed (2024-03)" in " ".join(refused["2024-04"]["reasons"])


def test_the_first_month_of_all_has_no_pattern_to_follow() -> None:
    assert judge_months({"2024-03": lambda: month("2024-03", rows=400)}, {}, READINGS) == (["2024-03"], {})


def test_acceptance_overrides_the_pattern_but_gives_no_row_to_two_months() -> None:
    settings = READINGS.model_copy(update={"accept": "2024-03"})
    assert judge(lambda table: table[::2], settings) == (["2024-03"], {})
    _, refused = judge(lambda table: pd.concat([table[::2], month("2024-02")[:3]]), settings)
    assert [reason.partition(":")[0] for reason in refused["2024-03"]["reasons"]] == ["outside", "overlap"]


def test_a_month_that_is_there_is_accepted_again_only_if_it_is_the_same() -> None:
    same = {"2024-02": lambda: month("2024-02")}
    assert judge_months(same, same, READINGS) == (["2024-02"], {})
    _, refused = judge_months({"2024-02": lambda: month("2024-02")[1:]}, same, READINGS)
    assert refused["2024-02"]["reasons"] == ["it was taken in before, with other rows"]


def test_names_that_are_no_period_are_refused_where_rows_have_a_time() -> None:
    assert judge(name="march")[1]["march"]["reasons"] == ["the name of its file is no period, such as 2013-09"]
    assert judge(settings=READINGS.model_copy(update={"time": None}), name="march")[0] == ["march"]


def test_what_cannot_be_loaded_is_refused_and_the_next_is_judged() -> None:
    def broken() -> pd.DataFrame:
        raise OSError("broken")

    arrived = {"2024-03": broken, "2024-04": lambda: month("2024-04")}
    accepted, refused = judge_months(arrived, {"2024-02": lambda: month("2024-02")}, READINGS)
    assert accepted == ["2024-04"]
    assert str(refused["2024-03"]["error"]) == "broken"


def test_what_cannot_be_judged_stops_no_other() -> None:
    arrived = {"2024-03": lambda: month("2024-03").drop(columns="time"), "2024-04": lambda: month("2024-04")}
    accepted, refused = judge_months(arrived, {"2024-02": lambda: month("2024-02")}, READINGS)
    assert accepted == ["2024-04"]
    assert "time" in repr(refused["2024-03"]["error"])


def test_labels_of_the_index_that_stand_twice_mean_nothing() -> None:
    halves = [month("2024-03")[:1500], month("2024-03")[1500:].reset_index(drop=True)]
    assert judge(lambda _: pd.concat(halves)) == (["2024-03"], {})
    accepted, refused = judge(lambda table: pd.concat([table, table]))
    assert accepted == []
    assert [reason.partition(":")[0] for reason in refused["2024-03"]["reasons"]] == ["rows"]


@pytest.mark.parametrize("name", ["2013-13", "2013-11 (1)", "copy of 2013-11", "NaT", "", "99999999-01"])
def test_names_that_look_like_periods_are_refused_too(name: str) -> None:
    assert judge(name=name)[1][name]["reasons"] == ["the name of its file is no period, such as 2013-09"]


def test_days_begin_where_the_time_zone_says() -> None:
    def in_utc(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(time=table["time"].dt.tz_localize("Asia/Tokyo").dt.tz_convert("UTC"))

    history = {"2024-02": lambda: in_utc(month("2024-02"))}
    arrived = {"2024-03": lambda: in_utc(month("2024-03"))}
    for zone, accepted in (("Asia/Tokyo", ["2024-03"]), ("UTC", [])):
        assert judge_months(arrived, history, READINGS.model_copy(update={"time_zone": zone}))[0] == accepted


@pytest.mark.parametrize("month", ["2013-03", "2013-11"])
def test_every_hour_of_a_month_in_which_clocks_change_is_in_it(month: str) -> None:
    period = pd.Period(month)
    begins, ends = (time.tz_localize("America/New_York") for time in (period.start_time, (period + 1).start_time))
    hours = pd.Series(pd.date_range(begins, ends, freq="h", inclusive="left").tz_convert("UTC"))
    assert len(hours) == 24 * period.days_in_month + (1 if month == "2013-11" else -1)
    assert _days(period, hours, "America/New_York") == (0.0, 0)
    assert _days(period, hours, None)[1] == 0
