"""What values are called, in each form in which they may come."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from kedro_modelops.models.slices import NULL, judged_slices, slice_names
from kedro_modelops.pipelines.monitoring.signals.drift import find_p_values
from kedro_modelops.pipelines.monitoring.signals.samples import slices


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([1, 2, None]),
        pd.Series([1, 2, None], dtype="Int64"),
        pd.Series([1, 2, None], dtype=object),
        pd.Series([1, 2, None], dtype="category"),
        pd.Series(["1", "2", None]),
        pd.Series(["1", "2", np.nan], dtype="category"),
        pd.Series(["1", "2", pd.NA], dtype="string"),
        pd.Series(["1", "2", None], dtype="string[pyarrow]"),
    ],
    ids=lambda column: str(column.dtype),
)
def test_a_value_has_one_name_and_a_null_has_one_too(column: pd.Series) -> None:
    assert slice_names(column).tolist() == ["1", "2", NULL]


def test_a_null_is_a_slice_of_what_was_answered() -> None:
    usual = pd.DataFrame({"area": ["a", None, "a", None]})
    now = pd.DataFrame({"area": pd.Series([np.nan, "a"], dtype=object)})
    found = {name: (ours.tolist(), theirs.tolist()) for name, ours, theirs in slices(now, usual, ["area"])}
    assert found == {"slice/area (null)": ([0], [1, 3]), "slice/area a": ([1], [0, 2])}


def test_nulls_that_were_no_category_before_are_drift() -> None:
    usual = pd.DataFrame({"area": ["a", "b"] * 100})
    now = pd.DataFrame({"area": ["a", "b", None, None] * 50})
    assert find_p_values(usual, now, ["area"])["area"] < 0.001
    assert find_p_values(usual, usual, ["area"])["area"] > 0.9


def test_of_no_slices_none_is_judged_whether_they_come_from_memory_or_from_a_file(tmp_path: Path) -> None:
    slices = pd.DataFrame([], columns=["column", "value", "rows", "score", "gap", "judged"])
    slices.to_csv(tmp_path / "slices.csv", index=False)
    for found in (slices, slices.astype({"judged": bool}), pd.read_csv(tmp_path / "slices.csv")):
        assert list(judged_slices(found).columns) == list(slices.columns)
        assert judged_slices(found).empty
