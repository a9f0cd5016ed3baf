"""A column that says almost alone what became of a row is pointed out, and an honest one is not."""

import numpy as np
import pandas as pd
import pytest
from tables import ROWS, taken

DRAW = np.random.default_rng(0)


@pytest.fixture
def table() -> pd.DataFrame:
    x = DRAW.normal(size=ROWS)
    y = x + DRAW.normal(size=ROWS)
    return pd.DataFrame({"x": x.round(3), "amount": y.round(3), "bad": y > 0.5, "grade": np.digitize(y, [-1, 0, 1])})


def test_of_a_number(table: pd.DataFrame) -> None:
    planted = table.assign(in_euro=(table["amount"] * 1.08 + 3).round(2))[["x", "in_euro", "amount"]]
    found = taken(planted, target="amount")
    assert set(found.leaks) == {"in_euro"}
    assert found.features == ("x",)


def test_of_the_logarithm_of_what_has_a_heavy_tail(table: pd.DataFrame) -> None:
    loss = np.exp(3 * table["amount"])
    found = taken(table[["x"]].assign(log_loss=np.log(loss).round(3), loss=loss), target="loss")
    assert set(found.leaks) == {"log_loss"}


@pytest.mark.parametrize(
    ("leak", "target"),
    [
        (lambda table: np.where(table["bad"], DRAW.integers(1, 9, ROWS), np.nan), "bad"),
        (lambda table: np.where(table["bad"], "refused", "paid"), "bad"),
        (lambda table: table["grade"].map({0: "D", 1: "C", 2: "B", 3: "A"}), "grade"),
    ],
)
def test_of_classes(table: pd.DataFrame, leak: object, target: str) -> None:
    planted = table[["x", target]].assign(planted=leak)
    found = taken(planted, target=target)
    assert set(found.leaks) == {"planted"}
    assert "predicts" in found.after["planted"]
    assert taken(planted, target=target, keep=("planted",)).features == ("x", "planted")


def test_an_honest_table_has_none(table: pd.DataFrame) -> None:
    assert taken(table[["x", "amount"]], target="amount").leaks == {}
