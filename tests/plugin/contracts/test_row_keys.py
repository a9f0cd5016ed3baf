"""Keys mean the row: they follow from it alone, wherever it stands, and stand for no other."""

import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from flight_delays.features import complete, identify
from flight_delays.schemas import FlightPlan
from kedro_modelops.contracts.row_keys import check_keys, hash_content, key_from_content
from kedro_modelops.errors import RefusedError
from kedro_modelops.pipelines.evaluation import golden
from kedro_modelops.pipelines.inference import nodes as inference
from kedro_modelops.pipelines.inference.parameters import Inference
from kedro_modelops.pipelines.outcomes import nodes as outcomes
from kedro_modelops.predictions.partitions import WholeParquetDataset
from kedro_modelops.predictions.rows_by_key import RowsByKey
from kedro_modelops.predictions.scored_months import ScoredMonths
from kedro_modelops.serving import service
from kedro_modelops.serving.scoring.references import Reference
from kedro_modelops.serving.settings import Settings
from kedro_modelops.testing.project import ReplaceProblem
from rows import arrivals, reference

FORMS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "shuffled": lambda rows: rows.sample(frac=1, random_state=1),
    "with columns in another order": lambda rows: rows.iloc[:, ::-1],
    "with another index": lambda rows: rows.set_axis([f"row {number}" for number in range(len(rows))]),
    "as objects": lambda rows: rows.astype(object),
    "of pandas' nullable types": lambda rows: rows.convert_dtypes(),
    "of Arrow's types": lambda rows: rows.astype({"text": "string[pyarrow]", "number": "double[pyarrow]"}),
    "as categories": lambda rows: rows.astype({"text": "category", "number": "category"}),
    "with wider numbers": lambda rows: rows.astype({"whole": "float64", "small": "int64", "flag": "int8"}),
    "in another time zone": lambda rows: rows.assign(at=rows["at"].dt.tz_convert("America/New_York")),
    "in seconds": lambda rows: rows.assign(at=rows["at"].astype("datetime64[s, UTC]")),
}
NUMBERED: dict[str, Callable[[pd.DataFrame], Any]] = {
    "by position": lambda rows: pd.Series(range(len(rows)), rows.index).astype(str),
    "by numbers": lambda rows: pd.Series(np.arange(len(rows)), rows.index),
    "by index": lambda rows: rows.index.to_series().astype(str),
    "within equal rows": lambda rows: rows.groupby(list(rows.columns), dropna=False).cumcount().astype(str),
    "by their count": lambda rows: pd.Series(str(len(rows)), rows.index),
}


@pytest.fixture
def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "text": ["a", "b", None, ""],
            "number": [0.1, None, 2.0, -0.0],
            "whole": [1, 2, 3, 2**53],
            "small": pd.Series([1, 2, 3, 4], dtype="int8"),
            "flag": [True, False, True, False],
            "at": pd.to_datetime(["2013-11-03T05:00Z", "2013-11-03T06:00Z", "2013-03-10T07:00Z", "2013-01-01T00:00Z"]),
        }
    )


def asked() -> pd.DataFrame:
    rows = pd.concat(arrivals().values(), ignore_index=True)
    return rows[[name for name in FlightPlan.to_schema().columns if name in rows]]


@pytest.mark.parametrize("form", FORMS)
def test_a_key_from_content_is_the_same_in_each_form(form: str, table: pd.DataFrame) -> None:
    changed = FORMS[form](table)
    usual = key_from_content(table, table.columns).tolist()
    keys = key_from_content(changed, table.columns)
    assert sorted(keys) == sorted(usual)
    assert keys.index.equals(changed.index)
    assert key_from_content(changed.iloc[[2]], table.columns).tolist() == [keys.iloc[2]]
    if form != "shuffled":
        assert keys.tolist() == usual


def test_other_content_has_another_key(table: pd.DataFrame) -> None:
    assert key_from_content(table, table.columns).is_unique
    near = [2**53, 2**53 + 1, -1, 1, 10]
    assert key_from_content(pd.DataFrame({"id": near}), ["id"]).is_unique
    assert key_from_content(pd.DataFrame({"id": ["1", 1, None, "", "None", "nan"]}, dtype=object), ["id"]).is_unique
    pairs = pd.DataFrame({"a": ["x", "y", "xy", ""], "b": ["y", "x", "", "xy"]})
    assert key_from_content(pairs, ["a", "b"]).is_unique
    assert hash_content(pairs).is_unique
    with pytest.raises(KeyError, match="name"):
        key_from_content(table, ["name"])


def test_keys_of_this_project_follow_from_the_row_alone() -> None:
    rows = pd.concat(arrivals().values(), ignore_index=True)
    keys = check_keys(identify, rows)
    assert check_keys(identify, asked()).tolist() == check_keys(identify, complete(asked(), reference())).tolist()
    assert check_keys(identify, rows.sample(frac=1, random_state=1)).sort_index().tolist() == keys.tolist()
    assert check_keys(identify, rows.iloc[7:8]).tolist() == [keys.iloc[7]]
    assert keys.is_unique


@pytest.mark.parametrize("rows", [1, 2, 100])
@pytest.mark.parametrize("how", NUMBERED)
def test_rows_that_are_numbered_are_refused(how: str, rows: int) -> None:
    with pytest.raises(RefusedError, match=r"`identify` in features\.py does not follow from the row") as refused:
        check_keys(NUMBERED[how], asked().head(rows))
    assert "key_from_content" in refused.value.message


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (None, "2 of 4 keys are null"),
        (7, r"4 of 4 keys are no text \(write `\.astype\(str\)`"),
        ("", "4 of 4 keys are empty"),
        ("k" * 201, "4 of 4 keys are empty, or have more than 200 characters"),
    ],
)
def test_keys_that_cannot_be_kept_are_refused(key: Any, reason: str, table: pd.DataFrame) -> None:
    def make(rows: pd.DataFrame) -> pd.Series:
        keys = pd.Series([key] * len(rows), rows.index, dtype=object)
        return keys if key is not None else keys.where(rows["flag"], "known")

    with pytest.raises(RefusedError, match=reason):
        check_keys(make, table)


def test_a_key_is_made_for_each_row_in_the_order_of_the_rows(table: pd.DataFrame) -> None:
    for wrong in (lambda rows: rows["whole"].astype(str)[::-1], lambda rows: rows["text"].dropna().astype(str)):
        with pytest.raises(RefusedError, match="a key for each row, in the order and with the index of the rows"):
            check_keys(wrong, table)


def test_pipelines_and_service_refuse_numbered_rows(replace_problem: ReplaceProblem) -> None:
    replace_problem(identify=NUMBERED["by position"])
    lazy = {name: rows.copy for name, rows in arrivals().items()}
    model: Any = SimpleNamespace(name="m", version="1", run_id="r", estimator=None)
    nothing, slot = cast("Any", None), cast("Any", SimpleNamespace(reference=Reference(reference())))
    attempts: dict[str, Callable[[], Any]] = {
        "inference": next(iter(inference.score_months(lazy, model, reference(), Inference()).values())),
        "outcomes": next(iter(outcomes.label_months(lazy).values())),
        "evaluation": lambda: golden.record_golden(model, asked(), reference()),
        "service": lambda: service.Service(Settings(), slot, nothing),
    }
    for attempt in attempts.values():
        with pytest.raises(RefusedError, match=r"`identify` in features\.py does not follow from the row"):
            attempt()


def test_a_key_stands_for_one_row_in_all_tables() -> None:
    rows, keys = pd.DataFrame({"a": [1, 2, 1]}), pd.Series(["k", "l", "k"])
    known = RowsByKey()
    known.add("2013-11", keys, rows)
    known.add("2013-12", keys[:1], rows[:1].astype(float))
    with pytest.raises(RefusedError, match=r"2013-11 and 2014-01 hold different rows under the same key \(1 of them"):
        known.add("2014-01", pd.Series(["l", "m"]), pd.DataFrame({"a": [3, 4]}))
    with pytest.raises(RefusedError, match="2014-02 holds different rows under the same key"):
        known.add("2014-02", pd.Series(["n", "n"]), pd.DataFrame({"a": [5, 6]}))


def test_files_that_share_keys_but_not_rows_are_refused_by_name(
    tmp_path: Path, replace_problem: ReplaceProblem
) -> None:
    rows = pd.concat(arrivals().values(), ignore_index=True)
    rows = rows[~asked().duplicated()].head(2)
    months = {"2013-11": rows.head(1).copy, "2013-12": rows.tail(1).copy}
    replace_problem(identify=lambda table: pd.Series("the same", table.index))
    first, second = outcomes.label_months(months).values()
    first()
    with pytest.raises(RefusedError, match=re.escape("2013-11 and 2013-12 hold different rows under the same key")):
        second()

    def scored(number: int) -> pd.DataFrame:
        line = rows.iloc[[number]][asked().columns].to_json(orient="records", lines=True, date_format="iso")
        return pd.DataFrame({"key": ["the same"], "inputs": line.splitlines()})

    kept = ScoredMonths(path=str(tmp_path / "scores"), dataset=WholeParquetDataset, filename_suffix=".parquet")
    kept.save({"2013-11": lambda: scored(0)})
    kept.save({"2013-11": lambda: scored(1), "2013-12": lambda: scored(1), "2014-01": lambda: scored(0)})
    assert sorted(file.stem for file in tmp_path.glob("scores/*")) == ["2013-11", "2014-01"]
    assert "2013-11 and 2013-12 hold different rows under the same key" in str(kept.left_out["2013-12"])
