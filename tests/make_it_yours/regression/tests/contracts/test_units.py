"""Cholesterol is in mg/dl: another unit does not fit its ratio."""

from kedro_modelops.testing.contracts import refusal
from rows import patients

from diabetes_progression.schemas import RawPatients


def test_another_unit_is_refused() -> None:
    sentence = refusal(RawPatients, patients().assign(s1=patients()["s1"] / 38.67))
    assert "column 's1'" in sentence
    assert "s4 is total cholesterol" in sentence
