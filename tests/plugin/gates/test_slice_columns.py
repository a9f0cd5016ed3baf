"""`kedro adopt` makes slices of columns of which the gate can refuse something."""

from dataclasses import replace

import numpy as np
import pytest
from kedro_modelops.adoption.judging.gate_measurements import slice_gap
from made_up_problems import PROBLEM, honest


@pytest.mark.parametrize(("share", "is_slice"), [(0.5, True), (0.0, False), (0.004, False)])
def test_a_column_with_one_value_that_is_judged_is_no_slice(share: float, is_slice: bool) -> None:
    evidence = honest("two classes").evidence
    rare = np.arange(len(evidence.test_set)) < share * len(evidence.test_set)
    carrying = PROBLEM.model_copy(update={"carried": ("pixel",)})
    found = replace(evidence, test_set=evidence.test_set.assign(pixel=rare.astype(int)), problem=carrying)
    assert (slice_gap(found, "pixel", 20) is not None) is is_slice
