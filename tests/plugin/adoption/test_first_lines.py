"""A first line is taken for a header or for a row by what stands below it, or somebody has to say."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro_modelops.adoption.proposing.roles import propose
from kedro_modelops.adoption.proposing.wishes import Wishes
from kedro_modelops.adoption.questions import lines
from kedro_modelops.adoption.tables import Header, read_source, refuse_idle
from kedro_modelops.adoption.tables.layout.first_lines import FirstLine, judge
from kedro_modelops.errors import RefusedError
from sklearn.datasets import load_iris

DRAW = np.random.default_rng(0)
IRIS = load_iris(as_frame=True).frame.assign(target=lambda table: table["target"].map("Iris-{}".format))
ADULT = (
    "39, State-gov, 77516, Never-married, Male, <=50K\n50, Private, 83311, Married, Male, <=50K\n"
    "38, Private, 215646, Divorced, Male, <=50K\n53, ?, 234721, Married, Female, >50K\n"
)
CARS = "vhigh,vhigh,2,2,small,low\nvhigh,high,2,4,med,med\nlow,low,4,4,big,high\nmed,vhigh,3,2,small,low\n" * 3
MEASURES = DRAW.gamma(3, 10, (30, 5)).round(1)
LETTERS = DRAW.choice(["a", "b", "c"], (30, 5))
NAMES = [[f"C{number:02d}"] for number in range(30)]
REGIONS = DRAW.choice(["north", "south"], (30, 1))


def written(header: str, *parts: np.ndarray | list[list[str]]) -> str:
    below = np.hstack([np.asarray(part).astype(str) for part in parts])
    columns = header.count(",") + 1
    return "\n".join([header, *(",".join(row[:columns]) for row in below)])


@pytest.mark.parametrize(
    ("content", "count", "first"),
    [
        (IRIS.to_csv(index=False, header=False) + "\n", 5, [5.1, 3.5, 1.4, 0.2, "Iris-0"]),
        (ADULT * 2, 6, [39, "State-gov", 77516, "Never-married", "Male", "<=50K"]),
        (CARS, 6, ["vhigh", "vhigh", 2, 2, "small", "low"]),
        (written("b,a,c,c,a", LETTERS), 5, ["b", "a", "c", "c", "a"]),
        (written("2024-01-01,3.5,2", pd.date_range("2024", periods=30).to_numpy("M8[D]")[:, None], MEASURES), 3, None),
        (written("C-001,$3.50", [[f"C-{at:03d}", f"${at}.25"] for at in range(2, 30)]), 2, ["C-001", 3.5]),
        ("1,5;2,3;ja\n2,5;3,3;nein\n4,5;1,3;ja\n0,5;1,1;nein\n", 3, [1.5, 2.3, "ja"]),
        (f"% Title: some plants\n%\n{CARS}", 6, ["vhigh", "vhigh", 2, 2, "small", "low"]),
        ("6.1101,17.592\n5.5277,9.1302\n8.5186,13.662\n7.0032,11.854\n", 2, [6.1101, 17.592]),
    ],
)
def test_a_file_without_a_header(tmp_path: Path, content: str, count: int, first: list[object] | None) -> None:
    (tmp_path / "t.data").write_text(content)
    source = read_source(str(tmp_path / "t.data"))
    assert list(source.table) == [f"column_{number}" for number in range(1, count + 1)]
    assert first is None or source.table.iloc[0].tolist() == first
    assert len(source.table) == len([line for line in content.splitlines() if line and line[0] != "%"])
    assert [title for title, _ in source.notes] == ["no header"]


@pytest.mark.parametrize(
    "content",
    [
        written("2019,2020,2021", MEASURES),
        written("2021,2020,2019", MEASURES),
        written("region,2019,2020", REGIONS, MEASURES),
        written("country,2019,2020,2021", NAMES, 1000 + 50 * MEASURES),
        written("101,102,103", LETTERS),
        written("0,1,2,3,4", MEASURES - 20),
        written(",16.5,16.75,17.25,17.75", NAMES, MEASURES),
        written("400.5,401.0,401.5,402.0,402.5", MEASURES / 100),
        written("store,2024-01-01,2024-01-02", NAMES, MEASURES),
        written("question,answer", [[f"what is {number}?", f"it is {number**3}"] for number in range(30)]),
        written("word,kind", [[word, "ab"[len(word) % 2]] for word in ("one", "two", "word", "three", "four", "six")]),
        written("a,b,y", LETTERS[:, :1], MEASURES),
        written("a,b,c,d", LETTERS).replace("a,b,c,d", "size,color,form,taste"),
    ],
)
def test_a_header_stays_one(tmp_path: Path, content: str) -> None:
    (tmp_path / "t.csv").write_text(content)
    source = read_source(str(tmp_path / "t.csv"))
    names = [name for name in content.partition("\n")[0].split(",") if name]
    assert [name for name in source.table if name != "row_name"] == names
    assert len(source.table) == content.strip().count("\n")
    assert not source.notes


@pytest.mark.parametrize(
    "content",
    [
        written("1,2,3,4,5", DRAW.integers(1, 6, (30, 5))),
        "\n".join(f"{at},{at + 1},{at + 2},{at + 3}" for at in range(20)),
        "\n".join(f"{at},{10 * at},{100 * at + 3}" for at in range(1, 40)),
        "1,Anna\n2,Bob\n3,Cleo\n4,Dan\n",
        written("150,4,setosa,versicolor,virginica", MEASURES),
        "2018,2019,2020\n2011,2012,2019\n1999,2004,2005\n",
    ],
)
def test_what_may_be_both_has_to_be_said(tmp_path: Path, content: str) -> None:
    place = tmp_path / "t.csv"
    place.write_text(content)
    with pytest.raises(RefusedError, match=r"t\.csv: its first line \(.*\) may be a header or a row. Say --header or"):
        read_source(str(place))
    first, rows = content.partition("\n")[0].split(","), content.strip().count("\n") + 1
    header = read_source(str(place), header=Header(there=True))
    assert (list(header.table), len(header.table)) == (first, rows - 1)
    row = read_source(str(place), header=Header(there=False))
    assert (row.table.iloc[0].astype(str).str.removesuffix(".0").tolist(), len(row.table)) == (first, rows)


def test_names_are_given_and_what_is_said_goes_before_what_is_found(tmp_path: Path) -> None:
    place = tmp_path / "iris.data"
    IRIS.to_csv(place, index=False, header=False)
    names = ("sepal length", "sepal width", "petal length", "petal width", "species")
    assert list(read_source(str(place), header=Header(names=names)).table) == list(names)
    assert list(read_source(str(place), header=Header(there=True)).table)[-1] == "Iris-0"
    with pytest.raises(RefusedError, match=r"--names gives 2 names, and iris\.data has 5 columns"):
        read_source(str(place), header=Header(names=names[:2]))
    IRIS.to_csv(place, index=False)
    renamed = read_source(str(place), header=Header(names=names))
    assert (list(renamed.table), len(renamed.table)) == (list(names), 150)


def test_the_proposal_says_that_there_is_no_header(tmp_path: Path) -> None:
    place = tmp_path / "iris.data"
    IRIS.to_csv(place, index=False, header=False)
    found = propose(read_source(str(place)), Wishes(target="column_5"))
    assert (found.rows, found.kind, found.classes) == (150, "multiclass", ("Iris-0", "Iris-1", "Iris-2"))
    told = dict(lines(found))["no header"]
    assert told.startswith("the first line is a row (5.1, 3.5, 1.4, 0.2, …): columns are called column_1 to column_5")
    with pytest.raises(RefusedError, match="--target Iris-0: there is no such column"):
        propose(read_source(str(place)), Wishes(target="Iris-0"))


def test_files_of_a_folder_without_headers_are_one_table(tmp_path: Path) -> None:
    for month in ("2024-01", "2024-02"):
        IRIS.to_csv(tmp_path / f"{month}.csv", index=False, header=False)
    source = read_source(str(tmp_path))
    assert source.table.shape == (300, 5)
    assert [said.partition(":")[0] for _, said in source.notes] == ["2024-01.csv", "2024-02.csv"]
    IRIS.to_csv(tmp_path / "2024-03.csv", index=False)
    with pytest.raises(RefusedError, match=r"2024-03\.csv has other columns than 2024-01\.csv"):
        read_source(str(tmp_path))


def test_a_sheet_without_a_header(tmp_path: Path) -> None:
    IRIS.to_excel(tmp_path / "t.xlsx", index=False, header=False)
    source = read_source(str(tmp_path / "t.xlsx"))
    assert (list(source.table)[-1], len(source.table), source.notes[0][0]) == ("column_5", 150, "no header")
    assert list(read_source(str(tmp_path / "t.xlsx"), header=Header(names=tuple("abcde"))).table) == list("abcde")


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("# a,b,c\n1.0,2.5,3\n4,5,2\n7,8,1\n", ["a", "b", "c"]),
        ("# made by x, 2024\n#\na,b,c\n1.0,2.5,3\n4,5,2\n7,8,1\n", ["a", "b", "c"]),
        ("#,a,b\n1,Anna,3\n2,Bob,4\n7,Cleo,5\n", ["#", "a", "b"]),
        ("#,a,b\nq,is,yes\nr,at,no\ns,to,no\n", ["#", "a", "b"]),
    ],
)
def test_comments_above_the_table(tmp_path: Path, content: str, names: list[str]) -> None:
    (tmp_path / "t.csv").write_text(content)
    source = read_source(str(tmp_path / "t.csv"))
    assert (list(source.table), len(source.table)) == (names, 3)


def test_a_line_of_names_that_comes_again_below_is_a_header() -> None:
    assert judge([["age", "sex"], ["31", "m"], ["age", "sex"], ["18", "f"], ["44", "m"]]) is FirstLine.HEADER


@pytest.mark.parametrize("said", [{"header": False}, {"header": True, "names": ("a", "b")}, {"names": ("a",)}])
def test_what_is_said_of_the_header_holds_the_next_time(said: dict[str, Any]) -> None:
    assert Wishes(**json.loads(json.dumps(Wishes(**said).said()))) == Wishes(**said)


@pytest.mark.parametrize(
    ("said", "told"),
    [({"header": False}, "--no-header"), ({"header": True}, "--header"), ({"names": ("a", "b")}, "--names")],
)
def test_files_whose_columns_have_names_take_no_others(tmp_path: Path, said: dict[str, Any], told: str) -> None:
    IRIS.to_parquet(tmp_path / "t.parquet")
    with pytest.raises(RefusedError, match=rf"{told}: t\.parquet is no file of cells, such as CSV or Excel"):
        refuse_idle(read_source(str(tmp_path / "t.parquet")), said)
