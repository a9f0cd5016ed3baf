import numpy as np
import pandas as pd
import pytest
from kedro_modelops.errors import RefusedError
from kedro_modelops.models.recorded_answers import Recorded
from kedro_modelops.models.scorers import AREAS, OF_ALL_CLASSES
from kedro_modelops.models.scoring import (
    answer,
    answers,
    answers_in_numbers,
    score,
)
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import get_scorer, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import LinearSVC

FEATURES = pd.DataFrame({"x": np.arange(12.0)})
TARGET = pd.Series(["low", "middle", "high"]).repeat(4).reset_index(drop=True)
MODEL = LogisticRegression().fit(FEATURES, TARGET)


OF_CHANCES = [*OF_ALL_CLASSES, *AREAS]
DRAWN = pd.DataFrame({"x": np.random.default_rng(0).normal(size=60)})
NOISY = LogisticRegression().fit(DRAWN, TARGET.sample(60, replace=True, random_state=0).to_numpy())


@pytest.mark.parametrize("scoring", OF_CHANCES)
def test_all_classes_are_judged_as_scikit_learn_does(scoring: str) -> None:
    target = TARGET.sample(60, replace=True, random_state=1).to_numpy()
    assert score(NOISY, DRAWN, target, scoring) == get_scorer(scoring)(NOISY, DRAWN, target)


@pytest.mark.parametrize("scoring", OF_CHANCES)
def test_rows_that_lack_a_class_are_judged_by_what_they_have(scoring: str) -> None:
    target = np.array(["low", "high"] * 30)
    found = score(NOISY, DRAWN, target, scoring)
    chances = pd.DataFrame(NOISY.predict_proba(DRAWN), columns=NOISY.classes_)
    if scoring in AREAS:
        assert found == pytest.approx(
            np.mean([roc_auc_score(target == name, chances[name]) for name in ("low", "high")])
        )
    if scoring == "neg_log_loss":
        assert found == pytest.approx(np.log(np.where(target == "low", chances["low"], chances["high"])).mean())
    assert np.isfinite(found)
    told = score(Recorded(NOISY, DRAWN), np.arange(60), target, scoring)
    assert told == found


def test_shares_count_where_a_scorer_is_weighted() -> None:
    target = np.array(["low", "low", "high"] * 20)
    plain, weighted = (score(NOISY, DRAWN, target, f"roc_auc_ovr{end}") for end in ("", "_weighted"))
    areas = [
        roc_auc_score(target == name, NOISY.predict_proba(DRAWN)[:, index]) for index, name in ((1, "low"), (0, "high"))
    ]
    assert weighted == pytest.approx(np.average(areas, weights=[2, 1]))
    assert plain == pytest.approx(np.mean(areas))


@pytest.mark.parametrize("scoring", AREAS)
def test_rows_of_one_class_have_no_area(scoring: str) -> None:
    assert np.isnan(score(MODEL, FEATURES[:4], TARGET[:4], scoring))


def test_they_have_one_otherwise() -> None:
    assert score(MODEL, FEATURES[:8], TARGET[:8], "accuracy") == pytest.approx(MODEL.score(FEATURES[:8], TARGET[:8]))


def test_a_scorer_that_does_not_suit_the_problem_is_told() -> None:
    with pytest.raises(ValueError, match="multi_class"):
        score(MODEL, FEATURES, TARGET, "roc_auc")


WORDS = LinearSVC().fit(FEATURES, TARGET)


def test_classes_are_words_and_no_probabilities_are_needed() -> None:
    said = answer(make_pipeline(FunctionTransformer(), WORDS), FEATURES)
    assert said.probabilities is None
    assert set(said.outputs) <= {"low", "middle", "high"}
    assert answers_in_numbers(WORDS, FEATURES)
    assert answers(WORDS, FEATURES).sum(axis=1).tolist() == [1.0] * 12
    assert score(Recorded(WORDS, FEATURES), np.arange(12), TARGET, "balanced_accuracy") > 0.3


@pytest.mark.parametrize("scoring", ["neg_log_loss", "roc_auc_ovr"])
def test_a_scorer_that_needs_probabilities_says_so(scoring: str) -> None:
    with pytest.raises(RefusedError, match=f"{scoring} needs probabilities, and .*CalibratedClassifierCV"):
        score(Recorded(WORDS, FEATURES), np.arange(12), TARGET, scoring)


class Says:
    """A model that always says the same."""

    def __init__(self, *said: object) -> None:
        self.said = said

    def predict(self, _: object) -> np.ndarray:
        return np.array(self.said, dtype=None if isinstance(self.said[0], float) else object)


@pytest.mark.parametrize(
    ("said", "sound"),
    [
        (("a", "inf"), True),
        (("a", None), False),
        (("a", float("nan")), False),
        ((1.0, 2.0), True),
        ((1.0, float("inf")), False),
        ((True, False), True),
    ],
)
def test_null_and_infinite_answers_are_found_among_words_and_numbers(said: tuple[object, ...], sound: bool) -> None:
    assert answers_in_numbers(Says(*said), FEATURES) is sound
