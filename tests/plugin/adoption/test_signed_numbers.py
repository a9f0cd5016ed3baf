"""Numbers that are written with a unit, or with marks between thousands."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from kedro_modelops.adoption.questions import lines
from kedro_modelops.adoption.tables import read_source
from kedro_modelops.adoption.tables.signed_numbers import numbers_without_units
from kedro_modelops.adoption.writing.contract_texts import ContractTexts
from tables import customers, taken


def numbers(*texts: str | None, plain: bool = True) -> tuple[list[Any], dict[str, str]]:
    table, units = numbers_without_units(pd.DataFrame({"x": texts}, dtype=object), plain=plain)
    return table["x"].tolist(), units


@pytest.mark.parametrize(
    ("texts", "expected", "unit"),
    [
        (["$1,200", "$950"], [1200, 950], "$"),
        (["$1,200.50", "-$3"], [1200.5, -3], "$"),
        (["€ 1.234,50", "€ 12,00"], [1234.5, 12], "€"),
        (["1.200 €", "950 €"], [1200, 950], "€"),
        (["USD 1,200", "USD 3"], [1200, 3], "USD"),
        (["1'000 CHF", "1\u2019500 CHF"], [1000, 1500], "CHF"),
        (["1\u202f000 kr", "5 kr"], [1000, 5], "kr"),
        (["12 %", "7.5 %"], [12, 7.5], "%"),
        (["12,125 %", "7,250 %"], [12.125, 7.25], "%"),
        (["3.87 mm", "0.125 mm"], [3.87, 0.125], "mm"),
        (["12 km/h", "9 km/h"], [12, 9], "km/h"),
        (["21.5°C", "\u22123°C"], [21.5, -3], "°C"),
        (["1,200", "1,234,567", "-3"], [1200, 1234567, -3], ""),
        (["1.234.567", "12.000"], [1234567, 12000], ""),
        (["12,5", "1.300,25"], [12.5, 1300.25], ""),
    ],
)
def test_numbers_lose_their_unit(texts: list[str], expected: list[float], unit: str) -> None:
    assert numbers(*texts) == (expected, {"x": unit} if unit else {})


def test_what_is_missing_stays_so() -> None:
    found, units = numbers("12 %", None, "n/a", "-", "", "7 %")
    assert pd.Series(found).isna().tolist() == [False, True, True, True, True, False]
    assert units == {"x": "%"}


@pytest.mark.parametrize(
    "texts",
    [
        ["12 %", "$5"], ["5 kg", "200 g"], ["5 kg", "many"], ["12A", "13A"], ["C-000123", "C-000124"], ["007", "008"],
        ["v2.1", "v2.2"], ["1.2.3", "1.2.4"], ["31.12.2024", "01.02.2025"], ["49 170 123", "49 170 124"],
        ["192.168.0.1", "10.0.0.1"], ["2024-01", "2024-02"], ["0%0", "1%1"],
    ],
)  # fmt: skip
def test_what_is_more_than_a_number_stays_text(texts: list[str]) -> None:
    assert numbers(*texts) == (texts, {})


def test_text_of_a_database_holds_numbers_only_where_a_unit_says_so() -> None:
    assert numbers("1,200", "950", plain=False) == (["1,200", "950"], {})
    assert numbers("$1,200", "$950", plain=False) == ([1200, 950], {"x": "$"})


def test_the_unit_is_named_to_people_and_in_the_contract(tmp_path: Path) -> None:
    file = tmp_path / "fees.csv"
    table = customers().drop(columns=["days until end", "notes"])
    table.assign(**{"monthly fee": table["monthly fee"].map("€ {:,.2f}".format)}).to_csv(file, index=False)
    source = read_source(str(file))
    found = taken(source.table, units=source.units, target="monthly fee")
    assert (found.kind, found.goal.unit) == ("regression", "€")
    assert dict(lines(found))["units"] == "monthly fee in €: callers send the numbers alone"
    texts = ContractTexts(found)
    assert texts.of_model()["target_line"].endswith('metadata=AFTER | {"unit": "€"})')
    assert any('metadata=AFTER | {"unit": "€"})' in line for line in texts.of_tables()["raw_lines"])
