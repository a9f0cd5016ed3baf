"""What a column may become, and what is refused: with the row, the value and the way out."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pyarrow
import pytest
from kedro.validation import DataValidationError, PanderaValidator
from kedro_modelops.contracts import Table
from kedro_modelops.contracts.normalization import find_losses
from kedro_modelops.contracts.refusal import broken_contract
from kedro_modelops.errors import RefusedError
from pandera.errors import SchemaErrors
from pandera.typing import Index, Series

Utc = Annotated[pd.DatetimeTZDtype, "us", "utc"]
DICTIONARY = pd.ArrowDtype(pyarrow.dictionary(pyarrow.int32(), pyarrow.string()))
NEW_YORK = {"zone": "America/New_York"}


class Form(Table):
    """A column of each type."""

    whole: Series[np.int32] = pa.Field(coerce=True)
    tiny: Series[np.int8]
    number: Series[np.float32] = pa.Field(nullable=True)
    truth: Series[bool]
    text: Series[str] = pa.Field(nullable=True)
    time: Series[Utc]
    clock: Series[Utc] = pa.Field(metadata=NEW_YORK)
    count: Series[pd.Int64Dtype] = pa.Field(nullable=True)
    flag: Series[pd.BooleanDtype] = pa.Field(nullable=True)
    grade: Series[Annotated[pd.CategoricalDtype, ["good", "bad"], False]] = pa.Field(nullable=True)


ROWS: dict[str, list[Any]] = {
    "whole": [1, 2, -3],
    "tiny": [1, 2, 3],
    "number": [0.5, None, 3.0],
    "truth": [True, False, True],
    "text": ["a", None, "c"],
    "time": pd.to_datetime(["2013-11-03T05:00Z", "2013-11-03T06:00Z", "2013-03-10T07:00Z"]).to_list(),
    "clock": pd.to_datetime(["2013-11-03T04:00Z", "2013-07-01T16:00Z", "2013-03-10T07:00Z"]).to_list(),
    "count": [2**60 + 1, None, 3],
    "flag": [True, None, False],
    "grade": ["good", None, "bad"],
}


def table(**changes: Any) -> pd.DataFrame:
    given = pd.DataFrame(ROWS, dtype=object)
    return given.assign(**{name: pd.Series(values) for name, values in changes.items()})


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"whole": [1.0, 2.0, -3.0], "tiny": [Decimal(1), Decimal("2.0"), 3]},
        {"whole": pd.array([1, 2, -3], "Int64"), "tiny": np.array([1, 2, 3], "uint64")},
        {"whole": pd.Categorical([1, 2, -3]), "tiny": pd.array([1, 2, 3], "Float64")},
        {"whole": pd.array([1, 2, -3], pd.ArrowDtype(pyarrow.int64()))},
        {"number": pd.array([0.5, None, 3], pd.ArrowDtype(pyarrow.decimal128(5, 2)))},
        {"number": [Decimal("0.5"), None, 3]},
        {"number": pd.array([0.5, None, 3], "Float32")},
        {"number": pd.arrays.SparseArray([0.5, np.nan, 3])},
        {"truth": [1, 0, 1], "flag": [1.0, None, 0.0]},
        {"truth": pd.array([True, False, True], "boolean"), "flag": pd.array([True, None, False], "bool[pyarrow]")},
        {"text": ["a", float("nan"), "c"]},
        {"text": ["a", pd.NA, "c"]},
        {"text": pd.array(["a", None, "c"], "string")},
        {"text": pd.array(["a", None, "c"], pd.ArrowDtype(pyarrow.large_string()))},
        {"text": pd.Categorical(["a", None, "c"])},
        {"text": pd.array(["a", None, "c"], DICTIONARY)},
        {"time": pd.to_datetime(ROWS["time"]).tz_convert("Asia/Kolkata").as_unit("s")},
        {"time": pd.Series(ROWS["time"]).astype(pd.ArrowDtype(pyarrow.timestamp("ms", "America/New_York")))},
        {"time": ["2013-11-03T01:00:00-04:00", "2013-11-03 01:00:00-05:00", "2013-03-10T07:00:00.000Z"]},
        {"time": [moment.to_pydatetime() for moment in ROWS["time"]]},
        {"time": pd.Categorical(ROWS["time"])},
        {"clock": pd.to_datetime(["2013-11-03T00:00", "2013-07-01T12:00", "2013-03-10T03:00"]).as_unit("ms")},
        {"clock": ["2013-11-03", "2013-07-01 12:00:00", "2013-03-10T07:00:00Z"]},
        {"clock": [date(2013, 11, 3), datetime(2013, 7, 1, 16, tzinfo=UTC), datetime(2013, 3, 10, 3)]},
        {"count": [Decimal(2**60 + 1), None, 3.0]},
        {"grade": pd.Categorical(["good", None, "bad"])},
    ],
)  # fmt: skip
def test_what_loses_nothing_is_converted(changes: dict[str, Any]) -> None:
    expected = Form.validate(table())
    assert [str(kind) for kind in expected.dtypes][:5] == ["int32", "int8", "float32", "bool", "object"]
    assert isinstance(expected.loc[1, "text"], float)
    assert list(expected["time"]) == ROWS["time"]
    pd.testing.assert_frame_equal(Form.validate(table(**changes)), expected)


@pytest.mark.parametrize(
    ("column", "values", "row", "told"),
    [
        ("whole", [1, 2.5, 3], 1, ["2.5 is no whole number", "round it"]),
        ("whole", [1, float("inf"), 3], 1, ["inf is no whole number"]),
        ("whole", [1, None, 3], 1, ["a null, and int32 has none", "pd.Int32Dtype"]),
        ("whole", [1, 2, 2**31], 2, ["2147483648 does not fit int32", "wider"]),
        ("whole", [1.0, 2.0, 2.0**31], 2, ["does not fit int32"]),
        ("whole", [1, 10**30, 3], 1, ["does not fit int32"]),
        ("whole", [1, True, 3], 1, ["True is no number"]),
        ("whole", ["1", "abc", "3"], 1, ["'abc' is no number", "correct it"]),
        ("whole", ["1", "2", "3"], 0, ["'1' is a number written as text"]),
        ("whole", [Decimal(1), Decimal(2), Decimal("2.5")], 2, ["2.5 is no whole number"]),
        ("tiny", [1, 300, 3], 1, ["300 does not fit int8 (-128 to 127)"]),
        ("tiny", np.array([1, 2, 200], "uint8"), 2, ["200 does not fit int8"]),
        ("number", [0.5, 1e300, 3], 1, ["1e+300 does not fit float32", "wider"]),
        ("number", [1, 2**53 + 1, 3], 1, ["9007199254740993 has more digits"]),
        ("number", [1, Decimal("0.12345678901234567890"), 3], 1, ["has more digits"]),
        ("number", pd.to_datetime(["2013-01-01"] * 3), 0, ["is no number"]),
        ("truth", [True, "yes", False], 1, ["'yes' is neither true nor false"]),
        ("truth", [1, 2, 0], 1, ["2 is neither true nor false"]),
        ("truth", [True, None, False], 1, ["a null, and bool has none", "BooleanDtype"]),
        ("text", ["a", 7, "c"], 1, ["7 is no text", "dtype: {text: str}"]),
        ("text", [b"a", "b", "c"], 0, ["is no text"]),
        ("time", pd.to_datetime(["2013-11-03T01:00"] * 3), 0, ["has no time zone", "-05:00", "metadata"]),
        ("time", ["2013-11-03T01:00:00Z", "2013-11-03", None], 1, ["'2013-11-03' has no time zone"]),
        ("time", ["2013-11-03T01:00:00Z", "03/11/2013 01:00", None], 1, ["'03/11/2013 01:00' is no time in ISO 8601"]),
        ("time", [1383458400, 2, 3], 0, ["1383458400 is a number", "unit"]),
        ("time", pd.to_datetime(["2013-11-03T01:00:00.000000001Z"] * 3), 0, ["is finer than the contract"]),
        ("clock", ["2013-11-03T00:00:00", "2013-11-03T01:30:00", None], 1, ["is twice on the clock", "put back"]),
        ("clock", ["2013-11-03T00:00:00", "2013-03-10T02:30:00", None], 1, ["is not on the clock", "put forward"]),
        ("count", [1, 2.5, None], 1, ["2.5 is no whole number"]),
        ("grade", ["good", "fair", None], 1, ["'fair' is none of ['good', 'bad']"]),
    ],
)
def test_what_would_lose_something_is_refused_with_row_value_and_cure(
    column: str, values: Any, row: int, told: list[str]
) -> None:
    given = table(**{column: values})
    with pytest.raises(SchemaErrors):
        Form.validate(given, lazy=True)
    losses = dict(find_losses(given, Form.to_schema()))
    assert set(losses) == {column}
    assert losses[column].row == row
    assert [part for part in told if part not in str(losses[column])] == []


@pytest.mark.parametrize(
    "change",
    [
        lambda given: given[given.columns[::-1]],
        lambda given: given.set_axis([7, 7, 2]),
        lambda given: given.set_axis(pd.RangeIndex(5, 8)),
        lambda given: given.set_axis(pd.Index([2, 0, 1], name="__index_level_0__")),
        lambda given: given.assign(__index_level_0__=[2, 0, 1]),
        lambda given: given.assign(**{"Unnamed: 0": [0, 1, 2]}),
        lambda given: given.set_index("text"),
        lambda given: given.set_index("whole", drop=False),
        lambda given: given.set_index(["whole", "text"]),
    ],
)
def test_order_of_columns_and_index_mean_nothing(change: Any) -> None:
    expected = Form.validate(table())
    pd.testing.assert_frame_equal(Form.validate(change(table())), expected)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda given: given.set_axis(pd.Index([1, 2, 3], name="id")), "column 'id' is not in the contract"),
        (lambda given: given.set_axis(["x", "y", "z"]), "column 'index' is not in the contract"),
        (lambda given: given.set_axis(pd.Index([7, 8, 9], name="whole")), "several columns are called 'whole'"),
        (lambda given: pd.concat([given, given[["whole"]]], axis=1), "several columns are called 'whole'"),
    ],
)
def test_an_index_that_means_something_and_a_name_that_stands_twice_are_refused(change: Any, told: str) -> None:
    with pytest.raises(DataValidationError) as refused:
        PanderaValidator(Form).validate(change(table()))
    assert told in broken_contract(refused.value)


def test_the_input_is_left_as_it_was() -> None:
    given = table(whole=pd.Categorical([1, 2, -3])).set_axis([5, 6, 7])
    before = given.copy()
    Form.validate(given)
    pd.testing.assert_frame_equal(given, before)


def test_levels_of_an_index_pass_the_border_too() -> None:
    class Hourly(Table):
        hour: Index[Utc]
        place: Index[str]
        celsius: Series[np.float32]

    given = pd.DataFrame({"hour": ["2013-11-03T01:00:00-05:00"], "place": pd.Categorical(["EWR"]), "celsius": [20]})
    hours = pd.to_datetime(["2013-11-03T06:00Z"]).as_unit("us")
    index = pd.MultiIndex.from_arrays([hours, ["EWR"]], names=["hour", "place"])
    expected = pd.DataFrame({"celsius": np.array([20], "float32")}, index)
    pd.testing.assert_frame_equal(Hourly.validate(given), expected)
    pd.testing.assert_frame_equal(Hourly.validate(given.set_index(["hour", "place"])), expected)


def test_a_contract_whose_times_have_no_zone_is_refused() -> None:
    class Monthly(Table):
        month: Series[np.datetime64]

    class Daily(Table):
        day: Series[pd.Timestamp]

    for contract in (Monthly, Daily):
        with pytest.raises(RefusedError, match=r"the times of column '\w+' have no zone.*DatetimeTZDtype.*metadata"):
            contract.to_schema()
