"""Columns between blanks are read as such, where each line has as many; other texts with blanks stay what they are."""

from pathlib import Path

import pandas as pd
import pytest
from kedro_modelops.adoption.tables import read_source
from kedro_modelops.errors import RefusedError

CARS = (
    '18.0   8   307.0      130.0      3504.      12.0   70  1\t"chevrolet chevelle malibu"\n'
    '15.0   8   350.0      165.0      3693.      11.5   70  1\t"buick skylark 320"\n'
    '25.0   4   98.00      ?          2046.      19.0   71  1\t"ford pinto"\n'
)
HOUSES = " 0.00632  18.00   2.310  0  0.5380\n 0.02731   0.00   7.070  0  0.4690\n 0.03237   0.00   2.180  0  0.4580\n"


def read(tmp_path: Path, content: str) -> pd.DataFrame:
    (tmp_path / "t.dat").write_text(content, encoding="utf-8")
    return read_source(str(tmp_path / "t.dat")).table


def test_columns_without_a_header(tmp_path: Path) -> None:
    found = read(tmp_path, CARS * 5)
    assert found.shape == (15, 9)
    assert found["column_9"].tolist()[:3] == ["chevrolet chevelle malibu", "buick skylark 320", "ford pinto"]
    assert found["column_4"].isna().tolist()[:3] == [False, False, True]
    seeds = read(tmp_path, "15.26\t\t14.84\t0.871\t1\n14.88\t14.57\t0.8811\t\t1\n14.29\t14.09\t0.905\t1\n")
    assert seeds.to_numpy().tolist() == [[15.26, 14.84, 0.871, 1], [14.88, 14.57, 0.8811, 1], [14.29, 14.09, 0.905, 1]]
    assert read(tmp_path, HOUSES).iloc[-1].tolist() == [0.03237, 0, 2.18, 0, 0.458]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("year   temp  city\n2001   12.5  Rome\n2002   -3.5  Oslo\n", {"year": [2001, 2002], "temp": [12.5, -3.5]}),
        ("Station 7\n\nyear   temp  n\n2001   12.5  3\n2002   -3.5  4\n", {"temp": [12.5, -3.5], "n": [3, 4]}),
        ("# x y\n1.5 2\n2.5 1\n", {"x": [1.5, 2.5], "y": [2, 1]}),
        ('"mpg" "name"\n"1" 21 "a b"\n"2" 22.8 "c d"\n', {"mpg": [21.0, 22.8], "name": ["a b", "c d"]}),
        ('"mpg" "cyl"\n"Mazda RX4" 21,5 6\n"Fiat" 22,8 4\n', {"row_name": ["Mazda RX4", "Fiat"], "mpg": [21.5, 22.8]}),
        ("sex class age alive\n" + "m 1st old no\nf 2nd old yes\n" * 4, {"class": ["1st", "2nd"] * 4}),
    ],
)
def test_columns_with_a_header(tmp_path: Path, content: str, expected: dict[str, list[object]]) -> None:
    found = read(tmp_path, content)
    assert {name: found[name].tolist() for name in expected} == expected
    assert not [name for name in found if name.startswith("column_")]


def test_names_of_rows_between_commas(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('"mpg","cyl"\n"Mazda RX4",21,6\n"Fiat",22.8,4\n')
    expected = {"row_name": ["Mazda RX4", "Fiat"], "mpg": [21.0, 22.8], "cyl": [6, 4]}
    assert read_source(str(tmp_path / "t.csv")).table.to_dict("list") == expected
    (tmp_path / "t.csv").write_text('"sex","class"\n"a1","m","first"\n"a2","f","second"\n"a3","m","first"\n')
    assert list(read_source(str(tmp_path / "t.csv")).table) == ["row_name", "sex", "class"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (CARS.replace('"', "") * 2, "line 3 has 10 of them and most have 11"),
        (
            "year   temp  city\n2001   12.5  Rome\n2002         Oslo\n2003   11.5  Bern\n",
            "line 3 has 2 of them and most",
        ),
        ("a b c\n" + "1 2 3\n" * 70 + "4 5\n" + "1 2 3\n" * 3, "row 71 has fewer than 3 of them"),
    ],
)
def test_lines_with_other_numbers_of_cells_are_refused(tmp_path: Path, content: str, told: str) -> None:
    with pytest.raises(RefusedError, match=rf"t\.dat: its cells are divided by blanks, .*{told}.*quotes, and NA"):
        read(tmp_path, content)


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("text\nI like it\nIt is bad and ugly\nSo so\n", ["text"]),
        ("full name\nAnna Smith\nBob Jones\nCleo Cat\n", ["full name"]),
        ("name\tphone\tage\nA\t030 12 34 56\t31\nB\t030 12 34 57\t22\nC\t030 12 34 58\t32\n", ["name", "phone", "age"]),
        ("a, b, c\n1, 2, 3\n4, 5, 6\n", ["a", "b", "c"]),
        ("at;x\n2024-01-01 12:00;1\n2024-01-02 12:00;2\n", ["at", "x"]),
        ("price;n\n1 200;3\n5 000;4\n", ["price", "n"]),
    ],
)
def test_blanks_in_cells_divide_nothing(tmp_path: Path, content: str, names: list[str]) -> None:
    assert list(read(tmp_path, content)) == names
