import pandas as pd
import pytest
from rows import patients

from diabetes_progression.features import compute_features, label
from diabetes_progression.schemas import Features


def test_features_keep_their_contract() -> None:
    assert list(Features.validate(compute_features(patients())).index) == list(patients().index)


def test_a_row_is_computed_alone_as_it_is_among_others() -> None:
    together = compute_features(patients())
    alone = pd.concat([compute_features(patients().iloc[[position]]) for position in range(len(together))])
    pd.testing.assert_frame_equal(together, alone)


def test_what_became_of_the_disease_does_not_matter() -> None:
    spoiled = patients().assign(target=0.0)
    pd.testing.assert_frame_equal(compute_features(spoiled), compute_features(patients()))


def test_a_missing_column_is_named() -> None:
    with pytest.raises(KeyError, match="s6"):
        compute_features(patients().drop(columns="s6"))


def test_what_became_of_the_disease_is_what_was_recorded() -> None:
    assert label(patients()).tolist() == patients()["target"].tolist()
