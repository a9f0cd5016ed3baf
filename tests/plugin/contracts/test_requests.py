"""What the service refuses of a flight plan, and what it makes of one."""

import json
from typing import Any

import numpy as np
import pandera.pandas as pa
import pytest
from kedro_modelops.serving.requests.broken_rules import BrokenContractError, BrokenRule
from kedro_modelops.serving.requests.contract import RequestContract
from pandera.typing import Series
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


@pytest.mark.parametrize("offset", ["-04:00", "-05:00"])
def test_both_hours_of_the_repeated_one_are_answered(server: Server, plan: Row, offset: str) -> None:
    plan |= {"month": 11, "day": 3, "hour": 1, "minute": 30, "sched_dep_time": 130}
    response = server.ask(plan | {"time_hour": f"2013-11-03T01:00:00{offset}"})
    assert response.status_code == 200, response.text
    other = server.ask(plan | {"time_hour": "2013-11-03T01:00:00-06:00"})
    assert (other.status_code, other.json()["errors"][0]["row"]) == (422, 0)


PERSON = "jane.doe@example.com"


class Visit(pa.DataFrameModel):
    """A table with free text, in which anything can stand."""

    note: Series[str] = pa.Field(nullable=True)
    place: Series[str] = pa.Field(str_matches="^.*$")
    count: Series[np.int32] = pa.Field(ge=0)


@pytest.fixture(scope="module")
def visits() -> RequestContract:
    return RequestContract(Visit, {}, 100)


def visit(**fields: str) -> str:
    given = {"note": '"x"', "place": '"y"', "count": "1"} | fields
    return "{" + ", ".join(f'"{name}": {value}' for name, value in given.items()) + "}"


def body_of(name: str, *rows: str, more: str = "") -> str:
    return "{" + f'"{name}": [{", ".join(rows)}]' + more + "}"


def refusal(contract: RequestContract, body: str | bytes) -> BrokenContractError:
    with pytest.raises(BrokenContractError) as refused:
        contract.read(body.encode() if isinstance(body, str) else body)
    return refused.value


class Review(pa.DataFrameModel):
    """A table with a text that may not be longer than its contract says."""

    text: Series[str] = pa.Field(str_length={"min_value": 2, "max_value": 5})


def test_a_text_that_is_too_long_or_too_short_is_refused_and_documented() -> None:
    reviews = RequestContract(Review, {}, 100)
    rows = (f'{{"text": "{"x" * length}"}}' for length in (2, 5, 6, 1))
    rules = refusal(reviews, body_of("instances", *rows)).rules
    assert [(rule["row"], rule["column"]) for rule in rules] == [(2, "text"), (3, "text")]
    assert '"maxLength": 5' in json.dumps(reviews.body.json_schema())


@pytest.mark.parametrize("name", ["dataframe_records", "instances"])
def test_a_name_that_stands_twice_is_refused(visits: RequestContract, name: str) -> None:
    double = visit()[:-1] + ', "count": 2}'
    refused = refusal(visits, body_of(name, visit(), double, visit()))
    assert [(rule["row"], rule["column"]) for rule in refused.rules] == [(1, "count")]
    assert "twice" in str(refused)
    assert refused.good_rows == [0, 2]
    assert "twice" in str(refusal(visits, body_of(name, visit(), more=f', "{name}": [{visit()}]')))
    escaped = visit()[:-1] + r', "\u0063ount": 2}'
    assert "twice" in str(refusal(visits, body_of(name, escaped)))
    params = ', "params": {"probabilities": true, "probabilities": false}'
    assert "twice" in str(refusal(visits, body_of(name, visit(), more=params)))


def test_a_column_that_is_named_twice_is_refused(visits: RequestContract) -> None:
    split = {"columns": ["note", "place", "count", "count"], "data": [["x", "y", 1, 2]]}
    refused = refusal(visits, json.dumps({"dataframe_split": split}))
    assert [(rule["row"], rule["column"]) for rule in refused.rules] == [(None, "count")]


@pytest.mark.parametrize("column", ["note", "place"])
def test_u_0000_is_refused_with_row_and_column(visits: RequestContract, column: str) -> None:
    nul, text = visit(**{column: r'"a\u0000b"'}), visit(**{column: r'"a\\u0000b"'})
    refused = refusal(visits, body_of("instances", text, nul))
    assert [(rule["row"], rule["column"]) for rule in refused.rules] == [(1, column)]
    assert refused.good_rows == [0]
    assert visits.read(body_of("instances", text).encode())[0][0][column] == "a\\u0000b"
    cells = ['"x"', '"y"', "1"]
    cells[["note", "place"].index(column)] = r'"\u0000"'
    split = '{"dataframe_split": {"columns": ["note", "place", "count"], "data": [[' + ", ".join(cells) + "]]}}"
    assert refusal(visits, split).rules[0]["column"] == column


@pytest.mark.parametrize(
    "broken",
    [
        visit(note=r'"\ud800"'),
        visit(note=r'"\udc00x"'),
        visit(note="NaN"),
        visit(count="NaN"),
        visit(count="Infinity"),
        visit(count="1e999"),
        visit(count="9" * 5000),
        visit(count="[" * 500),
        visit(note='"\x00"'),
        visit() + " x",
        visit() + visit(),
        b"\xff",
    ],
)
def test_what_is_no_json_or_no_number_is_refused(visits: RequestContract, broken: str | bytes) -> None:
    row = broken.encode() if isinstance(broken, str) else broken
    assert refusal(visits, b'{"instances": [' + row + b"]}").rules


@pytest.mark.parametrize(
    "body",
    [
        {"instances": [{"email": PERSON, "note": "x", "place": "y", "count": 1}]},
        {"instances": [{PERSON: 1, "note": "x", "place": "y", "count": 1}]},
        {"instances": [PERSON]},
        {"instances": [{"note": "x", "place": "y", "count": PERSON}]},
        {"instances": [{"note": {"email": PERSON}, "place": "y", "count": 1}]},
        {"instances": [{"note": [PERSON], "place": "y", "count": 1}]},
        {"instances": PERSON},
        {"instances": [], "params": {PERSON: PERSON}},
        {PERSON: PERSON},
        {"dataframe_split": {"columns": [PERSON], "data": [[PERSON]]}},
        {"dataframe_split": {"columns": [1, {"x": PERSON}], "data": [[1]], PERSON: 1}},
        {"dataframe_split": PERSON},
        PERSON,
    ],
)
def test_the_log_learns_nothing_of_a_person(visits: RequestContract, body: Any) -> None:
    rules = refusal(visits, json.dumps(body)).rules
    assert rules
    for rule in rules:
        assert PERSON not in str(visits.for_log(rule))
        assert visits.for_log(rule)["rule"] == rule["rule"]


def test_the_log_names_columns_of_the_contract_and_tells_values_apart(visits: RequestContract) -> None:
    first, same, other = (
        visits.for_log(BrokenRule(row=0, column="count", rule="r", value=value)) for value in ("a", "a", "b")
    )
    assert first == same != other
    assert first["column"] == "count"


def test_a_person_in_a_request_is_not_in_the_log(server: Server, plan: Row) -> None:
    headers = {"X-Request-Id": PERSON, "User-Agent": PERSON, "Content-Type": "application/json"}
    body = json.dumps({"dataframe_records": [plan | {"email": PERSON, PERSON: 1}]})
    response = server.session.post(f"{server.url}/invocations?q={PERSON}", data=body, headers=headers, timeout=60)
    assert response.status_code == 422
    assert PERSON in response.text
    assert server.session.get(f"{server.url}/{PERSON}").status_code == 404
    seen = [line for line in server.log() if line.get("request_id") == response.headers["x-request-id"]]
    assert len(seen[0]["broken"]) == 2
    assert PERSON not in str(server.log())


def test_a_flight_may_be_asked_again_with_other_weather_but_not_as_another_flight(server: Server, plan: Row) -> None:
    plan |= {"flight": 4711}
    assert server.ask(plan).status_code == server.ask(plan | {"temp": 32.0}).status_code == 200
    refused = server.ask(plan | {"flight": 4712}, plan | {"dest": "MIA", "distance": 1085})
    assert (refused.status_code, refused.json()["error_code"]) == (409, "RESOURCE_CONFLICT")
    assert "2013-09-06T21Z-UA-4711-EWR was asked before, with other dest, distance" in refused.json()["message"]
