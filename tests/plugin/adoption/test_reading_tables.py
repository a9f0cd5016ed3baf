"""Files of every form give the same table."""

import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from kedro_modelops.adoption.tables import SQL, read_source
from kedro_modelops.adoption.tables.column_names import plain_name
from kedro_modelops.errors import RefusedError
from sqlalchemy import NullPool, create_engine


@pytest.fixture
def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "größe": [1.5, 1234.25, np.nan, 2.0],
            "name": ["Ångström", "x, y", "NA", None],
            "zip": ["01234", "99999", "00001", "12345"],
            "when": pd.to_datetime(["2024-01-31", "2024-02-29", "2024-03-01", "2024-12-31"]),
            "ok": [True, False, True, True],
        }
    )


def same(found: pd.DataFrame, table: pd.DataFrame) -> None:
    assert list(found) == list(table)
    assert found["größe"].tolist()[:2] == [1.5, 1234.25]
    assert found["größe"].isna().tolist() == [False, False, True, False]
    assert found["name"].tolist()[:2] == ["Ångström", "x, y"]
    assert found["zip"].tolist() == table["zip"].tolist()
    assert found["when"].tolist() == table["when"].tolist()
    assert found["ok"].tolist() == table["ok"].tolist()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encoding_and_delimiter_are_found(table: pd.DataFrame, tmp_path: Path, encoding: str, delimiter: str) -> None:
    file = tmp_path / "Some rows.csv"
    table.to_csv(file, sep=delimiter, encoding=encoding, index=False)
    source = read_source(str(file))
    same(source.table, table)
    assert (source.name, source.place) == ("some_rows", "Some rows.csv")


def test_a_decimal_comma_is_found_with_points_between_thousands(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("a;b;c\n1.234,5;3,25;x,y\n12,0;4;z\n", encoding="utf-8")
    found = read_source(str(file))
    assert found.table.to_dict("list") == {"a": [1234.5, 12.0], "b": [3.25, 4.0], "c": ["x,y", "z"]}
    assert "decimal comma" in found.form


def test_points_between_thousands_are_none_of_decimals_where_decimals_have_commas(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a;b\n1.200;3,25\n950;4\n", encoding="utf-8")
    assert read_source(str(tmp_path / "t.csv")).table.to_dict("list") == {"a": [1200, 950], "b": [3.25, 4.0]}


@pytest.mark.parametrize("titles", ["Report of 2024\n\n", "Sales, all stores;;\n", ";;\n;;\n", "Sales;as of May 1\n\n"])
def test_titles_above_the_names_are_passed_over(tmp_path: Path, titles: str) -> None:
    file = tmp_path / "t.csv"
    file.write_text(f"{titles}a;b;c\n1;x;2\n3;y;4\n5;z;6\n", encoding="utf-8")
    assert read_source(str(file)).table.to_dict("list") == {"a": [1, 3, 5], "b": ["x", "y", "z"], "c": [2, 4, 6]}


def test_a_title_with_a_delimiter_is_none_of_names_that_begin_with_digits(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("Sales; as of May 1\n\nof;1st;2. home;2024\nx;1,5;ja;4\ny;2,5;nein;7\n")
    assert list(read_source(str(tmp_path / "t.csv")).table) == ["of", "1st", "2. home", "2024"]
    (tmp_path / "t.csv").write_text("a;b;c\n1;2;3;\n4;5;6;\n")
    assert read_source(str(tmp_path / "t.csv")).table.to_dict("list") == {"a": [1, 4], "b": [2, 5], "c": [3, 6]}


@pytest.mark.parametrize("ending", ["gz", "bz2", "xz", "zip"])
def test_compressed_files(table: pd.DataFrame, tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"Some rows.csv.{ending}"
    table.to_csv(file, sep=";", index=False)
    source = read_source(str(file))
    same(source.table, table)
    assert source.name == "some_rows"
    file.write_bytes(file.read_bytes()[:40])
    with pytest.raises(RefusedError, match=r"Some rows\.csv\.\w+ cannot be decompressed"):
        read_source(str(file))


def test_an_archive_of_several_files_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as packed:
        packed.writestr("a.csv", "a\n1\n")
        packed.writestr("b.csv", "a\n1\n")
    with pytest.raises(RefusedError, match=r"t\.zip holds 2 files: unpack it"):
        read_source(str(tmp_path / "t.zip"))


def test_columns_of_one_name_are_numbered_and_one_that_repeats_another_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("a, a,a,b\n1,2,1,x\n3,4,3,y\n", encoding="utf-8")
    source = read_source(str(file))
    assert source.table.to_dict("list") == {"a": [1, 3], "a 2": [2, 4], "b": ["x", "y"]}
    assert source.dropped == {"a (again)": "repeats a"}


def test_a_column_is_not_called_as_methods_call_their_object(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("self,class,None,lambda\n1,x,y,2\n3,x,y,4\n", encoding="utf-8")
    found = read_source(str(tmp_path / "t.csv")).table
    assert list(found) == ["self_", "class", "None", "lambda"]
    assert found.assign(**found)["self_"].tolist() == [1, 3]


def test_a_question_that_is_a_name_is_cut_short(tmp_path: Path) -> None:
    question = "On a scale of 1 to 5, how satisfied are you with how quickly we answered"
    pd.DataFrame({f"{question} {what}?": [1, len(what)] for what in ("by mail", "by phone")}).to_csv(tmp_path / "t.csv")
    names = list(read_source(str(tmp_path / "t.csv")).table)
    assert names == [question[:60].rstrip(), f"{question[:60].rstrip()} 2"]


@pytest.mark.parametrize("titles", [[], ["Prices of 2024"], ["Prices", None, "in EUR"]])
def test_titles_above_a_sheet_are_passed_over(table: pd.DataFrame, tmp_path: Path, titles: list[str | None]) -> None:
    file = tmp_path / "table.xlsx"
    with pd.ExcelWriter(file) as writer:
        for row, title in enumerate(titles):
            pd.DataFrame([[title]]).to_excel(writer, startrow=row, header=False, index=False)
        table.to_excel(writer, startrow=len(titles), index=False)
    same(read_source(str(file)).table, table)


def test_excel(table: pd.DataFrame, tmp_path: Path) -> None:
    table.to_excel(tmp_path / "table.xlsx", index=False)
    same(read_source(str(tmp_path / "table.xlsx")).table, table)


def test_cells_of_excel_that_say_that_a_number_is_missing(tmp_path: Path) -> None:
    cells = {
        "price": [1.5, "n/a", 3],
        "code": ["01", 12, "n/a"],
        "sold": ["2024-01-31", pd.Timestamp("2024-02-29"), "-"],
    }
    pd.DataFrame(cells, dtype=object).to_excel(tmp_path / "t.xlsx", index=False)
    found = read_source(str(tmp_path / "t.xlsx")).table
    assert found["price"].isna().tolist() == [False, True, False]
    assert found["price"].dtype == float
    assert found["code"].tolist()[:2] == ["01", "12"]
    assert found["sold"].tolist()[:2] == [pd.Timestamp("2024-01-31"), pd.Timestamp("2024-02-29")]


@pytest.mark.parametrize("suffix", [".parquet", ".jsonl", ".json"])
def test_other_files(table: pd.DataFrame, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"t{suffix}"
    if suffix == ".parquet":
        table.to_parquet(file)
    else:
        table.to_json(file, orient="records", lines=suffix == ".jsonl", date_format="iso")
    same(read_source(str(file)).table, table)


def test_a_folder_is_one_table_and_its_files_have_the_same_columns(table: pd.DataFrame, tmp_path: Path) -> None:
    for month in ("2024-01", "2024-02"):
        table.to_csv(tmp_path / f"{month}.csv", index=False)
    (tmp_path / ".DS_Store").write_text("")
    assert len(read_source(str(tmp_path)).table) == 2 * len(table)
    table.assign(other=1).to_csv(tmp_path / "2024-03.csv", index=False)
    with pytest.raises(RefusedError, match=r"2024-03.csv has other columns than 2024-01.csv: other"):
        read_source(str(tmp_path))


def test_a_table_of_each_kind_of_database(table: pd.DataFrame, store_url: str) -> None:
    with create_engine(store_url, poolclass=NullPool).begin() as connection:
        table.to_sql("my rows", connection, index=False)
    same(read_source(f"{store_url}#my rows").table, table)
    with pytest.raises(RefusedError, match=r"has no table nowhere: add #table \(my rows\)"):
        read_source(f"{store_url}#nowhere")


def test_tables_and_queries_of_a_database(table: pd.DataFrame, tmp_path: Path) -> None:
    file = tmp_path / "some.db"
    with closing(sqlite3.connect(file)) as connection:
        table.assign(when=table["when"].astype(str)).to_sql("My rows", connection, index=False)
        table.to_sql("others", connection, index=False)
    source = read_source(f"sqlite:///{file}#My rows")
    assert source.name == "my_rows"
    assert source.table["when"].tolist() == table["when"].tolist()
    asked = read_source(f"sqlite:///{file}", 'SELECT zip FROM "My rows" WHERE ok')
    assert asked.table["zip"].tolist() == ["01234", "00001", "12345"]
    with pytest.raises(RefusedError, match=r"add #table \(My rows, others\), or give --query"):
        read_source(f"sqlite:///{file}")
    with pytest.raises(RefusedError, match=r"some.db says: .*nowhere.* It was asked: SELECT \* FROM nowhere"):
        read_source(f"sqlite:///{file}", "SELECT * FROM nowhere")


def test_a_table_of_a_server_is_named_without_user_and_password(store_url: str, table: pd.DataFrame) -> None:
    table.to_sql("rows", create_engine(store_url, poolclass=NullPool), index=False)
    source = read_source(f"{store_url}#rows")
    assert (source.name, source.form, len(source.table)) == ("rows", SQL, len(table))
    assert source.place.endswith("#rows")
    assert "@" not in source.place
    assert len(source.place) < 60
    assert [str(value) for value in source.table["zip"]] == table["zip"].tolist()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("a,b\n1,2\n1,2,3\n", "is no table"),
        ("a,b\n1,2,3\n4,5,6\n", "is no table"),
        ("", "is no table"),
        ("a,b\n", "has no rows"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: str, told: str) -> None:
    file = tmp_path / "t.csv"
    file.write_text(content)
    with pytest.raises(RefusedError, match=told):
        read_source(str(file))


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match=r"there is no .*nowhere.csv: name a file, a folder"):
        read_source(str(tmp_path / "nowhere.csv"))
    (tmp_path / "t.docx").write_text("")
    with pytest.raises(RefusedError, match=r"files end in \.csv"):
        read_source(str(tmp_path / "t.docx"))
    with pytest.raises(RefusedError, match="the database nowhere://x says"):
        read_source("nowhere://x#t")


def test_columns_without_content_are_named(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    pd.DataFrame({"a": [1, 2], "nothing": [None, None], "said": ["NA", "NA"]}).to_csv(file)
    source = read_source(str(file))
    assert source.dropped == {"nothing": "empty", "said": "empty", "Unnamed: 0": "numbers the rows"}
    assert list(source.table) == ["a"]


def test_an_index_with_a_name_is_a_column_and_one_without_is_none(tmp_path: Path) -> None:
    file = tmp_path / "t.parquet"
    days = pd.date_range("2024-01-01", periods=3, name="day")
    pd.DataFrame({"a": [1, 2, 3]}, index=days).to_parquet(file)
    assert list(read_source(str(file)).table) == ["day", "a"]
    pd.DataFrame({"a": [1, 2, 3]}, index=[5, 4, 3]).to_parquet(file)
    assert list(read_source(str(file)).table) == ["a"]


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Customers 2024", "customers_2024"),
        ("Häuser", "hauser"),
        ("2024", "table_2024"),
        ("…", "table"),
        ("a" * 40, "a" * 30),
    ],
)
def test_names_of_tables(name: str, plain: str) -> None:
    assert plain_name(name) == plain
