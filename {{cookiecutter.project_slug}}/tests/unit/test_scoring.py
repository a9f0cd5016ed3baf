import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from {{cookiecutter.package_name}}.scoring import score

FEATURES = pd.DataFrame({"x": np.arange(12.0)})
TARGET = pd.Series(["low", "middle", "high"]).repeat(4).reset_index(drop=True)
MODEL = LogisticRegression().fit(FEATURES, TARGET)


@pytest.mark.parametrize("scoring", ["neg_log_loss", "roc_auc_ovr"])
def test_rows_that_lack_a_class_have_no_score_where_the_scorer_needs_all(scoring: str) -> None:
    assert np.isfinite(score(MODEL, FEATURES, TARGET, scoring))
    assert np.isnan(score(MODEL, FEATURES[:8], TARGET[:8], scoring))


def test_they_have_one_otherwise() -> None:
    assert score(MODEL, FEATURES[:8], TARGET[:8], "accuracy") == pytest.approx(MODEL.score(FEATURES[:8], TARGET[:8]))


def test_a_scorer_that_does_not_suit_the_problem_is_told() -> None:
    with pytest.raises(ValueError, match="multi_class"):
        score(MODEL, FEATURES, TARGET, "roc_auc")
