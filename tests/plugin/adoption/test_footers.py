"""Totals and notes below a table are no rows, and are named; what only looks like them stays."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from kedro_modelops.adoption.proposing.roles import propose
from kedro_modelops.adoption.proposing.wishes import Wishes
from kedro_modelops.adoption.questions import lines
from kedro_modelops.adoption.tables import read_source

DRAW = np.random.default_rng(0)
ROWS = 20
SALES = pd.DataFrame(
    {
        "store": [f"S{number}" for number in range(ROWS)],
        "city": DRAW.choice(["Rome", "Oslo"], ROWS),
        "sold": DRAW.integers(1, 90, ROWS),
        "price": DRAW.gamma(3, 5, ROWS).round(2),
    }
)
SOLD, PRICE = SALES["sold"].sum(), SALES["price"].sum().round(2)
TOTAL = f"Total,,{SOLD},{PRICE}\n"
MEAN = f"Average,,{SALES['sold'].mean():.1f},{SALES['price'].mean():.2f}\n"


@pytest.mark.parametrize(
    ("below", "told"),
    [
        (TOTAL, [f"line 22 sums up those above, and is no row: Total, {SOLD}, {PRICE}"]),
        (f",,{SOLD},{PRICE}\n", ["line 22 sums up"]),
        (f"Total 2024:,,{SOLD},\n", ["line 22 sums up"]),
        (f'Grand total,,"{SOLD:,}",\n', ["line 22 sums up"]),
        (MEAN + TOTAL, ["line 22 sums up", "line 23 sums up"]),
        ("Summe,,99999,5000\n", ["line 22 sums up"]),
        (
            f"{TOTAL}\nSource: shop, own numbers\n* revised\n",
            ["line 22 sums up", "line 24 is a note", "line 25 is a note"],
        ),
        (",,,\n,,,\nLast Updated: 07/21/2020,,,\n", ["line 24 is a note"]),
        ("These are all the stores that were open in that year,,,\n", ["line 22 is a note"]),
    ],
)
def test_totals_and_notes_are_left_out_and_named(tmp_path: Path, below: str, told: list[str]) -> None:
    place = tmp_path / "t.csv"
    place.write_text(SALES.to_csv(index=False) + below)
    source = read_source(str(place))
    pd.testing.assert_frame_equal(source.table, SALES, check_dtype=False)
    assert len(source.notes) == len(told)
    assert all(said.startswith(start) for (_, said), start in zip(source.notes, told, strict=True))
    proposed = lines(propose(source, Wishes(target="sold")))
    assert [said for title, said in proposed if title == "left out"] == [said for _, said in source.notes]


def test_totals_with_decimal_commas(tmp_path: Path) -> None:
    total = f"{PRICE:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")
    (tmp_path / "t.csv").write_text(SALES.to_csv(index=False, sep=";", decimal=",") + f"Summe;;;{total}\nQuelle: Amt\n")
    found = read_source(str(tmp_path / "t.csv"))
    assert found.table["price"].tolist() == SALES["price"].tolist()
    assert [said.split(",")[0] for _, said in found.notes] == ["line 22 sums up those above", "line 23 is a note"]


def test_a_total_in_a_column_of_years(tmp_path: Path) -> None:
    table = SALES.drop(columns="city").rename(columns={"store": "year"}).assign(year=range(2001, 2001 + ROWS))
    (tmp_path / "t.csv").write_text(f"{table.to_csv(index=False)}Total,{SOLD},{PRICE}\nNote: revised\n")
    assert read_source(str(tmp_path / "t.csv")).table["year"].tolist() == table["year"].tolist()


def test_totals_and_notes_of_a_sheet(tmp_path: Path) -> None:
    place = tmp_path / "t.xlsx"
    with pd.ExcelWriter(place) as writer:
        pd.DataFrame([["Report"]]).to_excel(writer, header=False, index=False)
        SALES.to_excel(writer, startrow=2, index=False)
        pd.DataFrame([["Total", None, SOLD, PRICE], [None] * 4, ["Source: shop", *[None] * 3]]).to_excel(
            writer, startrow=3 + ROWS, header=False, index=False
        )
    source = read_source(str(place))
    pd.testing.assert_frame_equal(source.table, SALES, check_dtype=False)
    assert [said[:6] for _, said in source.notes] == ["row 24", "row 26"]


@pytest.mark.parametrize(
    ("below", "maybe"),
    [
        ("Total,Rome,5,3.20\n", True),
        (",Rome,5,3.20\n", False),
        ("S20,,,\nS21,,,\n", False),
        (f"S20,Rome,{SOLD},{PRICE}\n", False),
        (f"Total,Rome,5,3.20\nS21,Rome,{SOLD},{PRICE}\n", False),
    ],
)
def test_rows_stay_that_look_like_totals_or_notes(tmp_path: Path, below: str, maybe: bool) -> None:
    (tmp_path / "t.csv").write_text(SALES.to_csv(index=False) + below)
    source = read_source(str(tmp_path / "t.csv"))
    assert len(source.table) == ROWS + below.count("\n")
    assert [title for title, _ in source.notes] == (["maybe a total"] if maybe else [])


def test_values_stay_that_are_called_as_totals_are(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("refund,amount\n" + "Total,3\nPartial,4\nNone,5\n" * 5 + "Total,60\n")
    source = read_source(str(tmp_path / "t.csv"))
    assert (len(source.table), source.notes) == (16, ())
    (tmp_path / "t.csv").write_text("text,label\n" + f"{'It is good. ' * 6},1\nbad,0\n" * 5 + "Note: all is said,\n")
    assert len(read_source(str(tmp_path / "t.csv")).table) == 11
