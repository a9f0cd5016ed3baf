"""How a request breaks the contract, for the caller who is to mend it."""

from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json
from typing_extensions import TypedDict  # pydantic cannot take typing's before Python 3.12

from kedro_modelops.serving.requests.types import FORMATS

MOST_TOLD = 5_000
"""Broken rules; a request that breaks more is not told which."""
CURES = {"timezone_aware": ": write the offset too, such as 2013-11-03T01:00:00-05:00, or Z for UTC"}
"""What to do, by pydantic's name of an error, where its sentence does not say."""
LONGEST_VALUE, LONGEST_NUMBER = 100, 1e15
"""Characters of a value that an answer repeats, and the number above which it is text."""


class BrokenRule(TypedDict):
    """A rule that a row breaks. `row` is null where the whole request breaks it, `column` where the whole row does."""

    row: int | None
    column: str | None
    rule: str
    value: Any


class BrokenContractError(ValueError):
    """Raised when a request breaks the contract; it says how, and which rows are good."""

    def __init__(self, rules: list[BrokenRule], good_rows: list[int] | None = None) -> None:
        """Takes the rules that are broken, and the rows that break none (None where rows were not looked at)."""
        super().__init__(f"{rules[0]['rule']} (and {len(rules) - 1} more)" if len(rules) > 1 else rules[0]["rule"])
        self.rules, self.good_rows = rules, good_rows


def broken_rule(rule: str, row: int | None = None, column: str | None = None, value: Any = None) -> BrokenRule:
    """A broken rule; what is left out is null."""
    return BrokenRule(row=row, column=column, rule=rule, value=value)


def translate(error: ValidationError, body: bytes) -> BrokenContractError:
    """Translates pydantic's errors, whose place is (format, row, column, …), or (row, column, …)."""
    if error.error_count() > MOST_TOLD:
        return BrokenContractError([broken_rule(f"{error.error_count()} rules are broken, too many to tell")])
    rules = []
    for problem in error.errors(include_url=False, include_context=False):
        place = [part for part in problem["loc"] if part not in FORMATS]
        row = int(place.pop(0)) if place and isinstance(place[0], int) else None
        value = None if problem["type"] in {"missing", "json_invalid"} else _shown(problem["input"])
        told = problem["msg"] + CURES.get(problem["type"], "")
        rules.append(broken_rule(told, row, ".".join(map(str, place)) or None, value))
    bad = {rule["row"] for rule in rules}
    return BrokenContractError(rules, None if None in bad else sorted(set(range(_count(body))) - bad))


def _count(body: bytes) -> int:
    given = next(value for name, value in from_json(body).items() if name in FORMATS)
    return len(given if isinstance(given, list) else given["data"])


def _shown(value: Any) -> Any:
    plain = value is None or (isinstance(value, bool | int | float) and abs(value) < LONGEST_NUMBER)
    return value if plain else str(value)[:LONGEST_VALUE]
