"""Columns of free text: each is prepared by itself, without nulls, and survives being kept."""

from typing import Any

import numpy as np
import pandas as pd
from kedro_modelops.models.estimators import Candidate, build_estimator, space_of
from kedro_modelops.models.model_format import ModelFormat

X = pd.DataFrame(
    {
        "size": np.arange(40.0),
        "remark": ["size is right", "far too large", None, "quite good size"] * 10,
        "title": ["large", "good", "right", "left"] * 10,
        "colour": ["red", "blue"] * 20,
    }
)
Y = np.arange(40) % 4 < 2
LOGISTIC = {"estimator": {"class": "sklearn.linear_model.LogisticRegression"}}
WORDS = {"text": [{"class": "sklearn.feature_extraction.text.TfidfVectorizer"}]}
ENCODED = {"categorical": [{"class": "sklearn.preprocessing.OneHotEncoder"}]}


def fitted(**changes: Any) -> Any:
    candidate = Candidate.model_validate(LOGISTIC | WORDS | ENCODED | changes)
    return build_estimator(candidate, X, 1, text=["remark", "title"]).fit(X, Y)


def test_words_of_each_column_are_features_of_their_own() -> None:
    names = set(fitted()[:-1].get_feature_names_out())
    assert {"numeric__size", "text_remark__size", "text_remark__large", "text_title__large"} <= names
    assert {name for name in names if name.startswith("categorical")} == {
        "categorical__colour_blue",
        "categorical__colour_red",
    }


def test_a_list_is_a_tuple_where_scikit_learn_wants_one() -> None:
    vectorizer = {**WORDS["text"][0], "options": {"ngram_range": [1, 2]}}
    space = {"columns__text_title__tfidfvectorizer__ngram_range": [[1, 1], [1, 2]], "C": [0.1]}
    candidate = Candidate.model_validate(LOGISTIC | {"text": [vectorizer], "space": space})
    estimator = build_estimator(candidate, X, 1, text=["remark", "title"])
    assert "text_remark__far too" in estimator.fit(X, Y)[:-1].get_feature_names_out()
    tried = [values for name, values in space_of(candidate, estimator).items() if name.endswith("ngram_range")]
    assert tried == [[(1, 1), (1, 2)]]


def test_a_missing_text_is_an_empty_one() -> None:
    model = fitted()
    empty, missing = (model.predict_proba(X.head(1).assign(remark=remark)) for remark in ("", None))
    np.testing.assert_array_equal(empty, missing)


def test_without_transformers_text_is_left_out_like_other_columns() -> None:
    assert set(fitted(text=[], categorical=[])[:-1].get_feature_names_out()) == {"numeric__size"}


def test_it_is_loaded_from_its_file_as_it_was() -> None:
    model = fitted()
    loaded = ModelFormat(["numpy.dtype"], None).check(model)
    np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
