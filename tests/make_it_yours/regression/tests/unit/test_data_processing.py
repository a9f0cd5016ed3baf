import pandas as pd
import pytest
from pydantic import ValidationError
from rows import patients

from diabetes_progression.pipelines.data_processing.nodes import build_features, sample_requests, split_train_test
from diabetes_progression.pipelines.data_processing.parameters import Split
from diabetes_progression.schemas import ModelInput, Patient


def test_each_patient_keeps_the_contract_and_what_became_of_the_disease() -> None:
    table = ModelInput.validate(build_features(patients()))
    assert list(table["progression"]) == list(patients()["target"])


def test_each_patient_is_in_one_of_the_sets_and_the_seed_decides_in_which() -> None:
    features, split = build_features(patients()), Split(test_share=0.2, seed=1)
    train, test = split_train_test(features, split)
    assert len(test) == pytest.approx(0.2 * len(features), abs=1)
    assert sorted([*train["patient"], *test["patient"]]) == sorted(features["patient"])
    pd.testing.assert_frame_equal(split_train_test(features, split)[1], test)
    assert set(split_train_test(features, Split(test_share=0.2, seed=2))[1]["patient"]) != set(test["patient"])


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_share_that_leaves_a_set_empty_is_refused(share: float) -> None:
    with pytest.raises(ValidationError, match="test_share"):
        Split(test_share=share, seed=1)


def test_requests_are_patients_as_callers_send_them() -> None:
    requests = Patient.validate(sample_requests(patients()))
    assert 0 < len(requests) <= 20
