"""What people are told of a table that is refused: file, line as an editor counts it, column, value and the way out."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from kedro.io import DataCatalog
from kedro.validation import DataValidationError
from kedro_modelops.contracts import Table
from kedro_modelops.contracts.explanations import explain, locate
from kedro_modelops.contracts.faults import CheckFaultError, is_fault
from kedro_modelops.contracts.partitions import EachPartition
from kedro_modelops.serving.requests.contract import (
    BrokenContractError,
    RequestContract,
)
from pandera.typing import Series


class Visits(Table):
    """Visits of a ward."""

    visit: Series[np.int32] = pa.Field(ge=1)
    ward: Series[str]
    weight: Series[np.float32] = pa.Field(nullable=True)

    @pa.dataframe_check(name="a ward has a name")
    def ward_has_a_name(cls, visits: pd.DataFrame) -> pd.Series:
        """Fails by itself for wards that are numbered."""
        return visits["ward"].map(lambda ward: bool({"A": True, "B": True, "": False}[ward[:1]]), na_action="ignore")


CONFIG = {"type": "pandas.CSVDataset", "validator": f"{__name__}.Visits"}


@pytest.fixture
def told(tmp_path: Path) -> Callable[..., str]:
    """What is said of a CSV file that does not keep the contract."""

    def load(content: str, **options: Any) -> str:
        file = tmp_path / "visits.csv"
        file.write_text(content, encoding="utf-8")
        catalog = DataCatalog.from_config({"visits": CONFIG | {"filepath": str(file), "load_args": options}})
        with pytest.raises(DataValidationError) as refused:
            catalog.load("visits")
        locate(refused.value, catalog)
        assert str(file) in str(explain(refused.value))
        return str(explain(refused.value))

    return load


def test_int64_and_an_index_in_a_csv_are_no_reason_to_refuse_it(tmp_path: Path) -> None:
    file = tmp_path / "visits.csv"
    pd.DataFrame({"weight": [61.5, None], "visit": [1, 2], "ward": ["A", "B"]}).to_csv(file)
    table = DataCatalog.from_config({"visits": CONFIG | {"filepath": str(file)}}).load("visits")
    assert [str(kind) for kind in table.dtypes] == ["int32", "object", "float32"]


def test_a_row_is_named_by_its_line_as_an_editor_counts(told: Callable[..., str]) -> None:
    text = 'visit,ward,weight\n1,"A\nwest",60\n\n2,B,61\nabc,B,62\n'
    assert "column 'visit': int32 is expected, line 6: 'abc' is no number: correct it" in told(text)
    assert "line 6: 'abc' is no number" in told(text.replace(",", ";"), sep=";")
    assert "column 'weight': float32 is expected, line 3: 'heavy' is no number" in told(
        "visit,ward,weight\n1,A,60\n2,B,heavy\n"
    )
    assert "column 'visit': int32 is expected, line 3: 2.5 is no whole number" in told(
        "visit,ward,weight\n1,A,60\n2.5,B,61\n"
    )
    assert "column 'ward': rule 'not_nullable' is broken by 1 row, the first is line 3, fill it" in told(
        "visit,ward,weight\n1,A,60\n2,,61\n"
    )
    assert "rule 'greater_than_or_equal_to(1)' is broken by 1 row, the first is line 2, for example 0" in told(
        "visit,ward,weight\n0,A,60\n2,B,61\n"
    )
    assert "column 'ward': str is expected, line 2: 7 is no text" in told("visit,ward,weight\n1,7,60\n2,8,61\n")


def test_a_check_that_fails_by_itself_is_told_as_such_with_name_error_and_place(told: Callable[..., str]) -> None:
    sentence = told("visit,ward,weight\n1,A,60\n2,C,61\n")
    assert "cannot be judged by its contract Visits:" in sentence
    assert "check 'a ward has a name' (" in sentence
    assert f"{Path(__file__).name}, line " in sentence
    assert "fails by itself with KeyError" in sentence
    assert "breaks" not in sentence
    both = told("visit,ward,weight\n0,A,60\n2,C,61\n")
    assert "rule 'greater_than_or_equal_to(1)' is broken" in both
    assert "besides, check 'a ward has a name'" in both


def test_partitions_are_converted_and_tell_a_fault_from_broken_data() -> None:
    contract = EachPartition(f"{__name__}.Visits")
    good = pd.DataFrame({"ward": pd.Categorical(["A"]), "visit": [1.0], "weight": [60]})
    tables = {"a": good, "b": good.assign(ward="C"), "c": good.assign(visit=0)}
    loaded = contract.validate({name: table.copy for name, table in tables.items()})
    assert [str(kind) for kind in loaded["a"]().dtypes] == ["int32", "object", "float32"]
    for name, fault in (("b", True), ("c", False)):
        with pytest.raises(DataValidationError) as refused:
            loaded[name]()
        assert is_fault(refused.value) is fault


def test_the_service_does_not_blame_a_row_for_a_check_that_fails_by_itself() -> None:
    contract = RequestContract(Visits, {}, 10)
    rows = [{"visit": 1, "ward": "C", "weight": None}]
    with pytest.raises(CheckFaultError, match=r"check 'a ward has a name' \(.*test_refusals.py, line \d+\).*KeyError"):
        list(contract.broken_rules(contract.table(rows)))
    assert list(contract.broken_rules(contract.table([{"visit": 1, "ward": "A", "weight": None}]))) == []


class Arrivals(Table):
    """Times with a zone, and readings of a clock."""

    moment: Series[pd.DatetimeTZDtype] = pa.Field(dtype_kwargs={"unit": "us", "tz": "utc"})
    clock: Series[pd.DatetimeTZDtype] = pa.Field(
        dtype_kwargs={"unit": "us", "tz": "utc"}, metadata={"zone": "America/New_York"}
    )


ONE_O_CLOCK = "2013-11-03T01:00:00"
"""Is twice on the clock of New York."""


@pytest.mark.parametrize(
    ("moment", "clock", "rule"),
    [
        (ONE_O_CLOCK, "2013-11-03T03:00:00", "timezone info: write the offset too, such as 2013-11-03T01:00:00-05:00"),
        (f"{ONE_O_CLOCK}Z", ONE_O_CLOCK, "is twice on the clock of America/New_York"),
        (f"{ONE_O_CLOCK}Z", "2013-03-10T02:30:00", "is not on the clock of America/New_York"),
    ],
)
def test_the_service_says_what_to_write_where_a_moment_is_not_known(moment: str, clock: str, rule: str) -> None:
    body = json.dumps({"instances": [{"moment": moment, "clock": clock}]}).encode()
    with pytest.raises(BrokenContractError, match=rule):
        RequestContract(Arrivals, {}, 10).read(body)


def test_the_service_takes_a_moment_with_any_offset_and_a_clock_whose_zone_is_known() -> None:
    contract, written = RequestContract(Arrivals, {}, 10), [f"{ONE_O_CLOCK}-05:00", "2013-11-03T06:00:00Z"]
    clocks = ["2013-11-03T03:00:00", "2013-11-03T03:00:00-05:00"]
    rows = [{"moment": moment, "clock": clock} for moment, clock in zip(written, clocks, strict=True)]
    table = contract.table(contract.read(json.dumps({"instances": rows}).encode())[0])
    assert table["moment"].tolist() == [pd.Timestamp(written[1])] * 2
    assert table["clock"].tolist() == [pd.Timestamp("2013-11-03T08:00:00Z")] * 2
