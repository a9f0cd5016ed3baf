"""The documentation says what is so, and needs no network."""

import re
from typing import Any

import requests
import schemathesis.specs.openapi.schemas  # here: amid a test, pytest's parsing of it can fail on Python 3.11
from flight_delays.schemas import EXAMPLE, FlightPlan
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import missing_required_header, positive_data_acceptance
from service import Server

NOT_OURS = [missing_required_header, positive_data_acceptance]
"""A key that is left out is tried in test_access; rows that keep each rule may break one that concerns several."""


def documented(server: Server) -> Any:
    return requests.get(f"{server.url}/openapi.json", timeout=600).json()


def test_the_fields_are_named_with_type_range_and_example(server: Server) -> None:
    row = documented(server)["components"]["schemas"][FlightPlan.__name__]
    columns = FlightPlan.to_schema().columns
    assert set(row["properties"]) == set(columns)
    assert set(row["required"]) == {name for name, column in columns.items() if column.required}
    assert row["example"] == EXAMPLE
    assert all(field.get("description") for field in row["properties"].values())


def test_the_pages_need_no_network(server: Server) -> None:
    page = requests.get(f"{server.url}/docs", timeout=600).text
    sources = re.findall(r"(?:src|href)=\"([^\"]+)\"", page)
    assert sources
    for source in sources:
        assert source.startswith("/")
        assert requests.get(f"{server.url}{source}", timeout=600).status_code == 200
    assert "https://" not in page


def test_no_request_meets_a_crash_or_an_answer_that_is_not_documented(server: Server) -> None:
    schema = schemathesis.openapi.from_dict(documented(server))
    schema.config.update(base_url=server.url)
    tried = set()

    def judge(case: schemathesis.Case) -> None:
        tried.add(case.operation.path)
        case.call_and_validate(headers=dict(server.session.headers), excluded_checks=NOT_OURS)

    for operation in schema.get_all_operations():
        settled = settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        settled(given(case=operation.ok().as_strategy())(judge))()
    assert tried == set(documented(server)["paths"])
