"""What the service refuses."""

from typing import Any

import pytest
from service import Server

Row = dict[str, Any]


@pytest.mark.parametrize(
    ("change", "column", "rule"),
    [
        ({"hue": "red"}, "hue", "number"),
        ({"hue": 1000.0}, "hue", "less than or equal to"),
        ({"target": 1}, "target", "not permitted"),
    ],
)
def test_a_bad_row_is_told_with_column_and_rule(
    server: Server, plan: Row, change: Row, column: str | None, rule: str
) -> None:
    response = server.ask(plan, plan | change)
    assert (response.status_code, response.json()["good_rows"]) == (422, [0])
    assert any(error["column"] == column and rule in error["rule"] for error in response.json()["errors"])
