"""What the service refuses of a flight plan, and what it makes of one."""

from typing import Any

import pytest
from service import Server

Row = dict[str, Any]


@pytest.mark.parametrize(
    ("change", "column", "rule"),
    [
        ({"distance": "far"}, "distance", "integer"),
        ({"distance": "719"}, "distance", "integer"),
        ({"distance": 719.5}, "distance", "integer"),
        ({"distance": True}, "distance", "integer"),
        ({"distance": None}, "distance", "integer"),
        ({"distance": 10**400}, "distance", ""),
        ({"distance": -1}, "distance", "greater than or equal to 10"),
        ({"temp": float("nan")}, "temp", "finite"),
        ({"temp": float("inf")}, "temp", "finite"),
        ({"temp": -float("inf")}, "temp", "finite"),
        ({"temp": 1e300}, "temp", "less than or equal to 130"),
        ({"carrier": "ZZ"}, "carrier", "'UA'"),
        ({"dest": "Chicago"}, "dest", "pattern"),
        ({"dest": "ORD\n"}, "dest", "pattern"),
        ({"time_hour": "yesterday"}, "time_hour", "datetime"),
        ({"time_hour": "2013-09-06T17:00:00"}, "time_hour", "timezone"),
        ({"time_hour": 1378501200}, "time_hour", "datetime"),
        ({"time_hour": "9999-12-31T23:00:00Z"}, "time_hour", "2262"),
        ({"time_hour": "0001-01-01T00:00:00Z"}, "time_hour", "1678"),
        ({"hour": 16}, None, "in New York"),
        ({"month": 2, "day": 30}, None, "in New York"),
        ({"arr_delay": 3.0}, "arr_delay", "not permitted"),
        ({"late": True}, "late", "not permitted"),
    ],
)
def test_a_bad_row_is_told_with_column_and_rule_and_the_good_ones_are_named(
    server: Server, plan: Row, change: Row, column: str | None, rule: str
) -> None:
    response = server.ask(plan, plan | change, plan)
    told = response.json()
    assert response.status_code == 422
    assert told["good_rows"] == [0, 2]
    assert {error["row"] for error in told["errors"]} == {1}
    assert any(error["column"] == column and rule in error["rule"] for error in told["errors"]), told


def test_a_missing_field_is_named(server: Server, plan: Row) -> None:
    del plan["origin"]
    (error,) = server.ask(plan).json()["errors"]
    assert error == {"row": 0, "column": "origin", "rule": "Field required", "value": None}


def test_weather_that_is_given_matters(server: Server, plan: Row) -> None:
    def chance(**weather: float | None) -> float:
        return float(server.ask(plan | weather, params={"probabilities": True}).json()["probabilities"][0][1])

    assert chance() == chance(temp=None)
    assert chance(temp=20.0, precip=1.0, visib=0.2, wind_speed=40.0) != chance()
