import pandas as pd
import pytest
from rows import wines

from wine_cultivars.features import compute_features
from wine_cultivars.schemas import Features


def test_features_keep_their_contract_and_leave_the_cultivar_out() -> None:
    features = Features.validate(compute_features(wines()))
    pd.testing.assert_frame_equal(features, wines().drop(columns="target"))


def test_a_missing_column_is_named() -> None:
    with pytest.raises(KeyError, match="hue"):
        compute_features(wines().drop(columns="hue"))
