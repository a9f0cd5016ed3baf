import pandas as pd
import pytest
from rows import wines

from wine_cultivars.features import CULTIVAR, compute_features, label
from wine_cultivars.schemas import Features


def test_features_keep_their_contract_and_leave_the_cultivar_out() -> None:
    features = Features.validate(compute_features(wines()))
    pd.testing.assert_frame_equal(features, wines().drop(columns="target"))


def test_a_missing_column_is_named() -> None:
    with pytest.raises(KeyError, match="hue"):
        compute_features(wines().drop(columns="hue"))


def test_what_became_of_a_wine_is_the_name_of_its_cultivar() -> None:
    assert set(label(wines())) == set(CULTIVAR.values())
