"""What holds several tables is asked which one is meant, and never read in part without a word."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
from kedro_modelops.adoption.tables import read_source, refuse_idle
from kedro_modelops.errors import RefusedError

ORDERS = pd.DataFrame({"order": [1, 2, 3], "amount": [9.5, 3.0, 1.25]})
CLIENTS = pd.DataFrame({"client": ["a", "b"], "since": [2019, 2021]})
NOTES = pd.DataFrame({"Exported on May 1": ["by the shop", "amounts in EUR"]})
COVER = pd.DataFrame({"Report": [], "of 2024": []})


def workbook(path: Path, **sheets: pd.DataFrame) -> str:
    with pd.ExcelWriter(path) as writer:
        for name, table in sheets.items():
            table.to_excel(writer, sheet_name=name, index=False)
    return str(path)


def test_a_sheet_is_named_where_several_hold_tables(tmp_path: Path) -> None:
    place = workbook(tmp_path / "shop.xlsx", Orders=ORDERS, Notes=NOTES, Clients=CLIENTS)
    with pytest.raises(RefusedError, match="holds 2 tables: say by --sheet which is meant, Orders or Clients"):
        read_source(place)
    with pytest.raises(RefusedError, match=r"--sheet orders: .* has no such sheet, but Orders, Notes, Clients"):
        read_source(place, sheet="orders")
    found = read_source(place, sheet="Clients")
    assert list(found.table) == ["client", "since"]
    assert (found.name, found.place) == ("shop", "shop.xlsx#Clients")


def test_the_only_sheet_with_a_table_is_meant_wherever_it_stands(tmp_path: Path) -> None:
    place = workbook(tmp_path / "shop.xlsx", Cover=COVER, Notes=NOTES, Empty=pd.DataFrame(), Orders=ORDERS)
    found = read_source(place)
    assert list(found.table) == ["order", "amount"]
    assert found.place == "shop.xlsx#Orders"
    assert read_source(workbook(tmp_path / "one.xlsx", Orders=ORDERS)).place == "one.xlsx"


@pytest.mark.parametrize("ending", ["xlsx", "xlsm"])
def test_cells_of_a_sheet_that_are_text_become_what_they_mean(tmp_path: Path, ending: str) -> None:
    prices = pd.DataFrame({"price": ["€ 1.200,00", "€ 9,50"], "of": ["a", "b"]})
    assert read_source(workbook(tmp_path / f"t.{ending}", Prices=prices)).table["price"].tolist() == [1200.0, 9.5]


def test_each_workbook_of_a_folder_is_read_by_the_same_sheet(tmp_path: Path) -> None:
    for month in ("2024-01", "2024-02"):
        workbook(tmp_path / f"{month}.xlsx", Orders=ORDERS, Clients=CLIENTS)
    with pytest.raises(RefusedError, match=r"2024-01\.xlsx holds 2 tables"):
        read_source(str(tmp_path))
    assert len(read_source(str(tmp_path), sheet="Orders").table) == 2 * len(ORDERS)


def test_a_file_of_sqlite_is_a_database(tmp_path: Path) -> None:
    file = tmp_path / "shop.db"
    with closing(sqlite3.connect(file)) as connection:
        ORDERS.to_sql("orders", connection, index=False)
        found = read_source(str(file))
        assert (list(found.table), found.name, found.place) == (["order", "amount"], "orders", "shop.db#orders")
        CLIENTS.to_sql("clients", connection, index=False)
    with pytest.raises(RefusedError, match=r"holds tables: add #table \(clients, orders\)"):
        read_source(str(file))
    assert list(read_source(f"{file}#clients").table) == ["client", "since"]
    missing = tmp_path / "nowhere.db"
    with pytest.raises(RefusedError, match=r"there is no .*nowhere\.db"):
        read_source(f"sqlite:///{missing}#orders")
    assert not missing.exists()


def test_a_folder_of_parts_that_are_named_by_a_column_is_one_table(tmp_path: Path) -> None:
    ORDERS.assign(year=[2023, 2024, 2024]).to_parquet(tmp_path / "orders", partition_cols=["year"])
    found = read_source(str(tmp_path / "orders")).table
    assert found.sort_values("order")["year"].tolist() == [2023, 2024, 2024]


def test_a_folder_with_files_and_folders_is_refused(tmp_path: Path) -> None:
    ORDERS.to_parquet(tmp_path / "2024.parquet")
    (tmp_path / "older").mkdir()
    with pytest.raises(RefusedError, match="holds folders, such as older"):
        read_source(str(tmp_path))


def test_an_option_that_says_nothing_of_a_table_is_refused(tmp_path: Path) -> None:
    ORDERS.to_csv(tmp_path / "orders.csv", index=False)
    source = read_source(str(tmp_path / "orders.csv"), sheet="Orders")
    refuse_idle(source, {"query": None, "header": False, "names": ("number", "price")})
    with pytest.raises(RefusedError, match=r"--sheet Orders: orders\.csv is no sheet of Excel"):
        refuse_idle(source, {"sheet": "Orders"})
    with pytest.raises(RefusedError, match=r"--query SELECT 1: orders\.csv is no table of a database"):
        refuse_idle(source, {"query": "SELECT 1"})
