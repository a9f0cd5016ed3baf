"""What the service refuses."""

from typing import Any

import pytest
from service import Server

Row = dict[str, Any]


@pytest.mark.parametrize(
    ("change", "column", "rule"),
    [
        ({"bmi": "high"}, "bmi", "number"),
        ({"bmi": 1000.0}, "bmi", "less than or equal to"),
        ({"s1": 400.0}, None, "s4 is total cholesterol"),
        ({"target": 1}, "target", "not permitted"),
    ],
)
def test_a_bad_row_is_told_with_column_and_rule(
    server: Server, plan: Row, change: Row, column: str | None, rule: str
) -> None:
    response = server.ask(plan, plan | change)
    assert (response.status_code, response.json()["good_rows"]) == (422, [0])
    assert any(error["column"] == column and rule in error["rule"] for error in response.json()["errors"])
