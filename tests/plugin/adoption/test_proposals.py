"""Kind, key, time, groups and the parts of columns are found."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro_modelops.adoption.judging.folds import folds_of
from kedro_modelops.adoption.judging.model_input import calendar_of, compute, divide, roles_of
from kedro_modelops.adoption.judging.samples import draw_sample
from kedro_modelops.adoption.proposing.columns import Column
from kedro_modelops.adoption.proposing.roles import propose
from kedro_modelops.adoption.proposing.targets import find_target
from kedro_modelops.adoption.proposing.wishes import Wishes
from kedro_modelops.adoption.questions import lines
from kedro_modelops.adoption.summary import lags_of
from kedro_modelops.adoption.tables import read_source
from kedro_modelops.errors import RefusedError
from kedro_modelops.models.components import Splitter
from tables import ROWS, customers, taken

DRAW = np.random.default_rng(0)


def numbers(**columns: Any) -> pd.DataFrame:
    table = pd.DataFrame({"x": DRAW.normal(size=ROWS).round(3), "z": DRAW.integers(0, 50, ROWS)})
    return table.assign(**columns)


def test_a_table_of_customers() -> None:
    found = taken(customers(), target="churned")
    assert (found.kind, found.classes, found.key, found.time) == ("binary", ("no", "yes"), ("customer_id",), None)
    assert found.features == ("age", "monthly fee", "class")
    assert set(found.after) == {"days until end"}
    assert found.personal == {
        "full name": "a name",
        "mail": "an e-mail address",
        "customer_id": "an id of a person",
    }
    assert found.left_out == {"country": "is always DE", "notes": "is text with 400 different values"}
    told = dict(lines(found))
    assert told["table"] == "rows.csv: 400 rows, 10 columns"
    assert told["predicts"].startswith("churned (binary: yes in ")


@pytest.mark.parametrize(
    ("written", "signed"),
    [
        ("${:,.0f}", True), ("{:.2f} %", True), ("{:,.2f} €", True), ("USD {:.0f}", True), ("{:,.0f}", True),
        ("1.{:.0f}.3.4", False), ("v{:.2f}", False), ("{:08.0f}", False), ("+49 {:.0f}", False),
    ],
)  # fmt: skip
def test_numbers_that_are_written_with_signs_are_pointed_out(written: str, signed: bool) -> None:
    column = [written.format(number) for number in np.linspace(1000, 9_000_000, ROWS)]
    found = taken(numbers(amount=column, y=DRAW.integers(0, 2, ROWS)), target="y")
    told = f"is text such as {column[0]}: numbers, once their signs are taken out"
    assert (found.left_out.get("amount") == told) == signed


def test_a_proposal_is_short_whatever_the_table_holds() -> None:
    wide = {f"gene {number}": np.where(DRAW.random(ROWS) < 0.1, np.nan, DRAW.normal(size=ROWS)) for number in range(80)}
    found = taken(numbers(**wide, note=["Line 1\nLine 2 " * 9] * ROWS, y=DRAW.integers(0, 2, ROWS)), target="y")
    told = dict(lines(found))
    assert told["features"].endswith("gene 17 and 62 more")
    assert told["nulls"].endswith("% and 60 more")
    assert told["not a feature"] == "note is always Line 1 Line 2 Line 1 Line 2 Line 1 …"


def test_what_is_said_goes_before_what_is_found() -> None:
    found = taken(
        customers(), target="churned", key="none", keep=("days until end", "mail"), after=("age",), drop=("notes",)
    )
    assert found.key == ()
    assert set(found.features) == {"mail", "monthly fee", "class", "days until end", "customer_id"} - {"customer_id"}
    assert found.after == {"age": "as you say"}
    assert found.dropped == {"notes": "as you wish"}


@pytest.mark.parametrize(
    ("target", "kind", "classes"),
    [
        (DRAW.integers(0, 2, ROWS), "binary", (0, 1)),
        (DRAW.random(ROWS) < 0.5, "binary", (False, True)),
        (DRAW.choice([1.0, 2.0], ROWS), "binary", (2, 1)),
        (DRAW.choice([0.5, 2.0], ROWS), "binary", (0.5, 2.0)),
        (DRAW.choice(["Yes", "No"], ROWS), "binary", ("No", "Yes")),
        (np.where(np.arange(ROWS) % 10 == 0, "a", "b"), "binary", ("b", "a")),
        (DRAW.choice([None, 0, 1], ROWS), "binary", (0, 1)),
        (DRAW.integers(0, 3, ROWS), "multiclass", (0, 1, 2)),
        (DRAW.choice(["a", "b", "c"], ROWS), "multiclass", ("a", "b", "c")),
        (np.where(np.arange(ROWS) < 3, "rare", DRAW.choice(["a", "b"], ROWS)), "multiclass", ("a", "b")),
        (DRAW.integers(0, 500, ROWS), "regression", ()),
        (DRAW.normal(size=ROWS), "regression", ()),
    ],
)
def test_kinds_of_problems(target: Any, kind: str, classes: tuple[Any, ...]) -> None:
    found = taken(numbers(y=target), target="y")
    assert (found.kind, found.classes) == (kind, classes)
    assert [type(value) for value in found.classes] == [type(value) for value in classes]


@pytest.mark.parametrize(
    ("target", "told"),
    [
        (1, "has one value only in all rows"),
        (pd.date_range("2024-01-01", periods=ROWS), "is a time"),
        (np.arange(ROWS) < 9, "is True in 9 rows only"),
        ([f"t{number}" for number in range(ROWS)], "400 different values: these are no classes"),
        (np.where(np.arange(ROWS) % 2, "short", "long" * 50), r"target y has a class of 200 characters \(longlong"),
        (np.where(np.arange(ROWS) % 3, "a", ["b" * 101, "c"] * (ROWS // 2)), "y has a class of 101 characters"),
    ],
)
def test_what_cannot_be_predicted_is_refused(target: Any, told: str) -> None:
    with pytest.raises(RefusedError, match=told):
        taken(numbers(y=target), target="y")


def test_long_names_are_those_of_classes_where_they_fit_into_a_line_and_where_nobody_learns_them() -> None:
    names = ["r" * 200, *np.resize(["a" * 100, "b", "c"], ROWS - 1)]
    found = taken(numbers(y=names), target="y")
    assert (found.classes, found.rare) == (("a" * 100, "b", "c"), ["r" * 200])


def test_a_table_without_features_is_refused() -> None:
    with pytest.raises(RefusedError, match=r"no column of rows\.csv is left to predict y from"):
        taken(pd.DataFrame({"id": range(ROWS), "y": DRAW.integers(0, 2, ROWS)}), target="y")
    days = pd.date_range("2024-01-01", periods=ROWS)
    with pytest.raises(RefusedError, match="to predict y from but day: add what is known before, such as past values"):
        taken(pd.DataFrame({"day": days, "y": DRAW.normal(size=ROWS)}), target="y")


@pytest.mark.parametrize(
    ("names", "target"),
    [(["a", "class", "b"], "class"), (["target", "x"], "target"), (["a", "b", "c"], "c"), (["Churn", "id"], "Churn")],
)
def test_the_target_by_its_name_else_the_last_column(names: list[str], target: str) -> None:
    assert find_target({name: Column(name, pd.Series([0, 1] * 20)) for name in names}) == target


def test_the_target_is_the_last_column_that_can_be_predicted() -> None:
    last = {"seen": pd.date_range("2024-01-01", periods=ROWS), "model": [f"m{number}" for number in range(ROWS)]}
    table = numbers(kind=DRAW.choice(["a", "b"], ROWS), patient_id=np.arange(ROWS), country="DE", **last)
    assert taken(table).target == "kind"


@pytest.mark.parametrize(
    ("name", "values", "is_key"),
    [
        ("id", range(ROWS), True),
        ("CustomerID", [f"{number:08d}" for number in range(ROWS)], True),
        ("id", [0, *range(ROWS - 1)], False),
        ("amount", DRAW.permutation(ROWS), False),
        ("token", [f"{number:032x}" for number in range(ROWS)], True),
        ("email", [f"{number}@example.org" for number in range(ROWS)], False),
    ],
)
def test_keys(name: str, values: Any, is_key: bool) -> None:
    found = taken(numbers(**{name: list(values)}, y=DRAW.normal(size=ROWS)), target="y")
    assert (found.key == (name,)) is is_key


def test_names_of_rows_are_their_key(tmp_path: Path) -> None:
    table = numbers(y=DRAW.normal(size=ROWS))
    table.set_axis([f"Mazda RX {number}" for number in range(ROWS)]).to_csv(tmp_path / "cars.csv")
    source = read_source(str(tmp_path / "cars.csv"))
    assert (source.dropped, propose(source, Wishes(target="y")).key) == ({}, ("row_name",))
    table.set_axis(range(7, ROWS + 7)).to_csv(tmp_path / "cars.csv")
    assert read_source(str(tmp_path / "cars.csv")).dropped == {"Unnamed: 0": "numbers the rows"}


def test_a_key_that_is_named_has_to_be_one() -> None:
    with pytest.raises(RefusedError, match=r"--key z: .* rows have the key of another"):
        taken(numbers(y=DRAW.normal(size=ROWS)), target="y", key="z")


def of_stores(**columns: Any) -> pd.DataFrame:
    """One row for each store and day."""
    days = np.arange(ROWS) // 20
    table = {"store": [f"S{number % 20}" for number in range(ROWS)], "day": pd.Timestamp("2024-01-01") + days * DAY}
    return numbers(**table, **columns, y=DRAW.normal(size=ROWS))


DAY = np.timedelta64(1, "D")


def test_two_columns_that_together_name_rows_are_the_key() -> None:
    found = taken(of_stores(), target="y")
    assert (found.key, found.time) == (("store", "day"), "day")
    assert "store" in found.features
    assert dict(lines(found))["key"] == "store and day"
    rows = compute(found, found.table)
    assert roles_of(found).key == "key"
    assert rows["key"].is_unique
    later = found.table.assign(x=0.0)
    assert list(compute(found, later)["key"]) == list(rows["key"])


def test_two_columns_that_are_unique_by_chance_are_no_key() -> None:
    assert (
        taken(numbers(opened_on=np.arange(ROWS) // 2 * DAY + pd.Timestamp("2020"), y=DRAW.normal(size=ROWS))).key == ()
    )
    leak = numbers(visit_id=np.arange(ROWS) // 20, reply=np.arange(ROWS) % 20, y=DRAW.normal(size=ROWS))
    assert taken(leak, target="y").key == ("visit_id", "reply")
    assert taken(leak, target="y", after=("reply",)).key == ()


@pytest.mark.parametrize(("said", "key"), [("store,day", ("store", "day")), (" day , store", ("day", "store"))])
def test_a_key_of_several_columns_is_named_with_commas(said: str, key: tuple[str, ...]) -> None:
    assert taken(of_stores(), target="y", key=said).key == key
    with pytest.raises(RefusedError, match="--key store: 380 rows have the key of another"):
        taken(of_stores(), target="y", key="store")
    with pytest.raises(RefusedError, match="--key stores: there is no such column; did you mean store"):
        taken(of_stores(), target="y", key="stores,day")
    with pytest.raises(RefusedError, match="--key store,y: y is known only after the prediction"):
        taken(of_stores(), target="y", key="store,y")
    named = numbers(**{"a,b": np.arange(ROWS), "y": DRAW.normal(size=ROWS)})
    assert taken(named, target="y", key="a,b").key == ("a,b",)


def test_a_key_of_content_tells_people_apart_who_look_alike() -> None:
    alike = pd.DataFrame({"patient_id": np.arange(ROWS) // 8, "dose": np.arange(ROWS) % 4 * 1.5})
    found = taken(alike.assign(y=DRAW.normal(size=ROWS)), target="y", key="none")
    assert (found.group, found.sent, found.repeated) == ("patient_id", ["patient_id", "dose"], ROWS // 2)
    assert compute(found, found.table).groupby("patient_id").size().eq(4).all()


def test_rows_that_look_alike_are_given_a_number_and_few_that_repeat_are_left_out() -> None:
    alike = pd.DataFrame(
        {"a": DRAW.integers(0, 3, ROWS), "b": DRAW.choice(["x", "y"], ROWS), "y": DRAW.normal(size=ROWS)}
    )
    found = taken(alike, target="y")
    assert (found.key, found.given, found.repeated) == (("row_id",), True, 0)
    few = numbers(y=DRAW.normal(size=ROWS))
    found = taken(pd.concat([few, few.head(2)], ignore_index=True), target="y")
    assert (found.key, found.given, found.repeated) == ((), False, 2)


def test_the_time_is_no_date_of_birth_and_has_no_gaps() -> None:
    days = pd.date_range("2020-01-01", periods=ROWS)
    table = numbers(
        birth_date=days, closed=days.where(DRAW.random(ROWS) < 0.9), opened_at=days, y=DRAW.normal(size=ROWS)
    )
    found = taken(table, target="y")
    assert found.time == "opened_at"
    assert found.personal == {"birth_date": "a date of birth"}
    assert found.left_out == {"closed": "is another time"}
    assert taken(table, target="y", time="none").time is None


@pytest.mark.parametrize("written", [int, float])
def test_years_of_no_panel_are_times_where_somebody_says_so(written: Any) -> None:
    years = (2000 + np.arange(ROWS) % 20).astype(written)
    table = numbers(year=years, closed=pd.Timestamp("2024-01-01"), y=DRAW.normal(size=ROWS))
    assert (taken(table, target="y").time, "year" in taken(table, target="y").features) == (None, True)
    found = taken(table, target="y", time="year")
    assert (found.time, found.columns["year"].kind) == ("year", "time")
    assert str(found.columns["year"].content.iloc[1]) == "2001-01-01 00:00:00+00:00"
    assert calendar_of(found) == ()


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("date", lambda day: int(day.strftime("%Y%m%d"))),
        ("order_date", lambda day: day.strftime("%Y%m%d")),
        ("timestamp", lambda day: int(day.timestamp())),
        ("created_at", lambda day: 1000 * int(day.timestamp())),
    ],
)
def test_numbers_that_mean_times_are_times_where_their_name_says_so(name: str, written: Any) -> None:
    days = pd.date_range("2022-03-01", periods=ROWS, tz="UTC")
    table = numbers(**{name: [written(day) for day in days]}, y=DRAW.normal(size=ROWS))
    found = taken(table, target="y")
    assert (found.time, list(found.columns[name].content)) == (name, list(days))
    other = taken(table.rename(columns={name: "amount"}), target="y")
    assert other.time is None
    assert taken(numbers(month=np.arange(ROWS) % 12, time=DRAW.gamma(2, 1000, ROWS)), target="x").time is None


def panel(year: str, written: Any = int, **columns: Any) -> pd.DataFrame:
    """One row for each of 20 countries and 20 years."""
    rows = np.arange(ROWS)
    country = [f"C{number}" for number in rows % 20]
    return numbers(country=country, **{year: [written(1990 + number // 20) for number in rows]}, **columns)


@pytest.mark.parametrize("year", ["year", "Jahr", "Année", "fiscal_year", "TIME_PERIOD"])
@pytest.mark.parametrize("written", [int, float, str])
def test_years_of_a_panel_are_its_time(year: str, written: Any) -> None:
    table = panel(year, written, y=DRAW.normal(size=ROWS))
    found = taken(table, target="y")
    assert (found.time, found.key, year in found.features) == (year, ("country", year), False)
    train, test = divide(found, compute(found, found.table))
    assert train[year].max() < test[year].min()
    assert taken(table, target="y", time="none").time is None
    assert taken(table, target="y", group="country").time is None


@pytest.mark.parametrize("written", [lambda year: year % 100, lambda year: f"{year % 100:02d}"])
def test_years_of_two_digits_are_the_time_of_a_panel(written: Any) -> None:
    found = taken(panel("year", written, y=DRAW.normal(size=ROWS)), target="y")
    assert (found.time, found.key) == ("year", ("country", "year"))
    assert set(found.columns["year"].content.dt.year) == set(range(1990, 2010))
    for name, number in (("year", lambda year: year - 1989), ("day", lambda year: year % 100)):
        assert taken(panel(name, number, y=DRAW.normal(size=ROWS)), target="y").time is None


@pytest.mark.parametrize("first", [1867, 1950])
def test_a_row_for_each_year_is_a_series(first: int) -> None:
    table = numbers(y=DRAW.normal(size=ROWS)).head(60).assign(year=first + np.arange(60))
    assert taken(table, target="y").time == "year"


@pytest.mark.parametrize("name", ["construction_year", "Baujahr", "year_built", "birth_year", "model_year"])
def test_years_in_which_something_was_made_are_features_even_in_a_panel(name: str) -> None:
    found = taken(panel(name, y=DRAW.normal(size=ROWS)), target="y")
    assert found.time is None
    assert name in found.features


def test_years_that_things_share_by_chance_are_features() -> None:
    cars = numbers(
        brand=DRAW.choice(["a", "b", "c"], ROWS),
        stock=np.arange(ROWS),
        year=DRAW.integers(1998, 2024, ROWS),
        price=DRAW.gamma(4, 2000, ROWS).round(),
    )
    for table in (cars, cars.assign(year=cars["year"] % 100), panel("year").assign(year=2024, price=cars["price"])):
        assert taken(table, target="price").time is None


def test_a_time_that_is_named_has_to_be_one() -> None:
    table = numbers(y=DRAW.normal(size=ROWS), closed=pd.Series([pd.NaT, *[pd.Timestamp("2024-01-01")] * (ROWS - 1)]))
    with pytest.raises(RefusedError, match="--time z: it holds neither times nor years, but whole numbers"):
        taken(table, target="y", time="z")
    with pytest.raises(RefusedError, match="--time closed: it holds nothing in some rows"):
        taken(table, target="y", time="closed")


def test_times_without_a_zone_are_of_the_clock_that_is_named() -> None:
    table = numbers(day=pd.date_range("2024-07-01", periods=ROWS, freq="h"), y=DRAW.normal(size=ROWS))
    found = taken(table, target="y", zone="Europe/Berlin")
    assert str(found.columns["day"].content.iloc[0]) == "2024-06-30 22:00:00+00:00"
    with pytest.raises(RefusedError, match="--time-zone Mars is no time zone"):
        taken(table, zone="Mars")


def test_rows_of_one_person_are_a_group() -> None:
    found = taken(numbers(patient_id=np.arange(ROWS) // 5, y=DRAW.normal(size=ROWS)), target="y")
    assert (found.group, found.key) == ("patient_id", ())
    assert found.personal == {"patient_id": "an id of a person"}
    assert "patient_id" not in found.features


@pytest.mark.parametrize("written", [int, float, "P{:03.0f}".format])
@pytest.mark.parametrize("name", ["Person", "student", "PatientNo"])
def test_a_column_that_is_called_as_people_are_and_holds_many_is_a_group(name: str, written: Any) -> None:
    people = [written(number // 5) for number in range(ROWS)]
    found = taken(numbers(**{name: people}, y=DRAW.integers(0, 2, ROWS).astype(float)), target="y")
    assert (found.group, found.personal) == (name, {name: "an id of a person"})
    assert found.columns[name].kind == ("text" if isinstance(people[0], str) else "whole")
    assert found.classes == (0, 1)
    assert isinstance(found.classes[0], int)


def test_a_column_that_says_what_a_person_is_stays_a_feature() -> None:
    table = numbers(
        student=DRAW.choice(["yes", "no"], ROWS), guests=DRAW.integers(0, 90, ROWS), y=DRAW.normal(size=ROWS)
    )
    found = taken(table, target="y")
    assert {"student", "guests"} <= set(found.features)
    assert found.group is None


def of_schools(alike: float, *, many: int = 40, **columns: Any) -> pd.DataFrame:
    """Pupils of schools, of which each has a level of its own."""
    school = np.arange(ROWS) % many
    return numbers(school=school, **columns, y=alike * DRAW.normal(size=many)[school] + DRAW.normal(size=ROWS))


def test_rows_of_one_thing_that_look_alike_are_a_group() -> None:
    found = taken(of_schools(1), target="y")
    assert (found.group, found.left_out, found.personal) == ("school", {"school": "names a group"}, {})
    size = DRAW.integers(100, 900, 40)[np.arange(ROWS) % 40]
    assert taken(of_schools(0, size=size), target="y").group == "school"


@pytest.mark.parametrize("name", ["NO", "number", "Code"])
def test_what_is_measured_or_a_category_is_no_id_whatever_it_is_called(name: str) -> None:
    level = DRAW.integers(0, 60, ROWS)
    found = taken(numbers(**{name: level}, y=level + DRAW.normal(0, 9, ROWS)), target="y")
    assert (found.group, name in found.features) == (None, True)
    assert taken(numbers(**{name: DRAW.permutation(ROWS)}, y=DRAW.normal(size=ROWS)), target="y").key == (name,)


def test_rows_of_one_thing_that_differ_as_all_do_and_few_things_are_features() -> None:
    for table in (of_schools(0), of_schools(1, many=5)):
        found = taken(table, target="y")
        assert found.group is None
        assert "school" in found.features


def test_a_product_is_no_person() -> None:
    table = numbers(y=DRAW.normal(size=ROWS))
    assert taken(table.assign(name=[f"ford galaxie {number}" for number in range(ROWS)])).personal == {}
    airports = [f"Port {number:b} Regional Airport".replace("1", "a").replace("0", "e") for number in range(ROWS)]
    cars = [f"Opel A{'a' * number}" for number in range(ROWS)]
    for name, things in {"name": airports, "make": cars}.items():
        assert taken(table.assign(**{name: things})).personal == {}
    assert taken(table.assign(name=[f"Anna X{'x' * number}" for number in range(ROWS)])).personal == {"name": "a name"}
    assert taken(table.assign(name=airports, age=DRAW.integers(18, 90, ROWS))).personal == {"name": "a name"}


def test_sets_are_drawn_of_a_table_that_is_large_and_where_somebody_says_so() -> None:
    rows = 2_000_001
    large = pd.DataFrame({"x": np.arange(rows) % 251, "z": np.arange(rows) % 83, "y": np.arange(rows) % 7})
    found = taken(large, target="y", key="none")
    assert found.max_rows == 1_000_000
    assert dict(lines(found))["sets"].startswith("training and test have 1,000,000 rows at most")
    assert taken(large.head(ROWS), target="y").max_rows is None
    assert taken(large.head(ROWS), target="y", max_rows=200).max_rows == 200


def test_a_wish_that_names_no_column_is_refused() -> None:
    with pytest.raises(RefusedError, match=r"--target churn: there is no such column; did you mean churned"):
        taken(customers(), target="churn")
    with pytest.raises(RefusedError, match="--drop nothing"):
        taken(customers(), drop=("nothing",))


def test_past_outcomes_are_worth_a_try_where_rows_follow_each_other() -> None:
    days = pd.date_range("2024-01-01", periods=ROWS)
    series = numbers(day=days, y=DRAW.normal(size=ROWS))
    orders = numbers(day=days, y=DRAW.choice(["yes", "no"], ROWS))
    assert lags_of(taken(of_stores(), target="y")) == "the last known y of the same store"
    assert lags_of(taken(series, target="y")) == "the last known y"
    assert lags_of(taken(series.assign(order_id=range(ROWS)), target="y")) == ""
    assert lags_of(taken(orders, target="y")) == lags_of(taken(series.drop(columns="day"), target="y")) == ""


def test_a_column_that_began_later_is_known_in_each_fold_and_one_that_is_new_is_no_feature() -> None:
    days = pd.date_range("2024-01-01", periods=ROWS)
    later, new = (np.where(np.arange(ROWS) < ROWS * share, np.nan, 1.5) for share in (0.2, 0.8))
    found = taken(numbers(day=days, later=later, new=new, y=DRAW.normal(size=ROWS)), target="y")
    assert found.left_out == {"new": "is known of the newest rows only"}
    train, _ = divide(found, compute(found, found.table))
    assert folds_of(found, train)["options"] == {"n_splits": 2}


def test_where_rows_have_a_time_a_group_has_to_be_asked_for() -> None:
    days = pd.date_range("2024-01-01", periods=ROWS, freq="D")
    table = numbers(store_id=np.arange(ROWS) % 40, day=days, y=DRAW.normal(size=ROWS))
    found = taken(table, target="y")
    assert (found.time, found.group) == ("day", None)
    assert "--group store_id keeps its rows together instead" in dict(lines(found))["comes again"]
    asked = taken(table, target="y", group="store_id")
    assert (asked.time, asked.group) == (None, "store_id")
    assert dict(lines(asked))["time"] == "none: the test set is drawn at random, by whole groups"
    with pytest.raises(RefusedError, match="--time day and --group store_id: rows are divided either by"):
        taken(table, target="y", group="store_id", time="day")


@pytest.mark.parametrize("kind", ["binary", "regression"])
def test_rows_of_a_group_stay_together_in_the_split_and_in_the_folds(kind: str) -> None:
    patient = np.arange(ROWS) // 5
    ill = np.isin(patient, DRAW.choice(ROWS // 5, 8, replace=False))
    table = numbers(patient_id=patient, y=ill.astype(int) if kind == "binary" else DRAW.normal(size=ROWS))
    found = taken(table, target="y")
    assert (found.kind, roles_of(found).group) == (kind, "patient_id")
    model_input = compute(found, found.table)
    train, test = divide(found, model_input)
    assert not set(train["patient_id"]) & set(test["patient_id"])
    folds = Splitter.model_validate(folds_of(found, train)).build(random_state=1)
    for learned, judged in folds.split(train, train["y"], train["patient_id"]):
        assert not set(train["patient_id"].iloc[learned]) & set(train["patient_id"].iloc[judged])
        assert kind == "regression" or set(train["y"].iloc[judged]) == set(test["y"]) == {False, True}
    sample = draw_sample(found, 100, 0)
    assert kind == "regression" or sample["y"].sum() >= 20
