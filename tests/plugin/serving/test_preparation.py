"""Columns prepared without a data frame are those of scikit-learn, to the bit, or scikit-learn prepares them."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro_modelops.models.scoring import answer
from kedro_modelops.serving.scoring.preparation import MOST_ROWS, prepare_fast
from scipy import sparse
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

ROWS = 4000
TEXTS, NUMBERS = ["carrier", "dest"], ["temp", "distance"]
KNOWN = {"handle_unknown": "use_encoded_value", "unknown_value": -1}


def rows(seed: int, *more: object) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.normal(size=(ROWS, 2)).astype("float32"), columns=NUMBERS)
    table.loc[rng.random(ROWS) < 0.2, "temp"] = np.nan
    for name in TEXTS:
        table[name] = rng.choice(np.array(["AA", "UA", "Ä", "", "nan", *more], dtype=object), ROWS)
    return table


def fit(*parts: tuple[Any, list[str]], nulls: bool = False, estimator: Any = None) -> Pipeline:
    learned = rows(1, *([np.nan] if nulls else []))
    columns = ColumnTransformer([(f"{number}", *part) for number, part in enumerate(parts)])
    pipeline = Pipeline([("columns", columns), ("estimator", estimator or HistGradientBoostingClassifier(max_iter=5))])
    return pipeline.fit(learned, learned["distance"] > 0)


def scaled() -> Pipeline:
    return make_pipeline(SimpleImputer(strategy="median"), StandardScaler())


def one_hot(**options: Any) -> OneHotEncoder:
    return OneHotEncoder(handle_unknown="infrequent_if_exist", **options)


LINEAR = LogisticRegression()
RARE = one_hot(min_frequency=900)


def fit_on_frames() -> Pipeline:
    pipeline = fit(("passthrough", NUMBERS), (OrdinalEncoder(**KNOWN), TEXTS)).set_output(transform="pandas")
    return pipeline.fit(rows(1), rows(1)["distance"] > 0)


ENCODED = {
    "numbers first": lambda: fit(("passthrough", NUMBERS), (OrdinalEncoder(**KNOWN), TEXTS)),
    "texts first": lambda: fit((OrdinalEncoder(**KNOWN), TEXTS[::-1]), ("passthrough", NUMBERS[:1])),
    "in a pipeline": lambda: fit(("passthrough", NUMBERS), (make_pipeline(OrdinalEncoder(**KNOWN)), TEXTS)),
    "nulls were learned": lambda: fit(("passthrough", NUMBERS), (OrdinalEncoder(**KNOWN), TEXTS), nulls=True),
    "nulls have a code": lambda: fit((OrdinalEncoder(**KNOWN, encoded_missing_value=-2), TEXTS), nulls=True),
    "in 32 bits": lambda: fit(("passthrough", NUMBERS), (OrdinalEncoder(**KNOWN, dtype=np.float32), TEXTS)),
    "texts left out": lambda: fit(("passthrough", NUMBERS), ("drop", TEXTS)),
    "a tree": lambda: fit(
        (OrdinalEncoder(**KNOWN), TEXTS), ("passthrough", ["distance"]), estimator=DecisionTreeClassifier(max_depth=3)
    ),
    "rare ones together": lambda: fit((OrdinalEncoder(**KNOWN, min_frequency=900), TEXTS)),
    "filled": lambda: fit((SimpleImputer(strategy="median"), NUMBERS), (OrdinalEncoder(**KNOWN), TEXTS)),
    "scaled": lambda: fit((scaled(), NUMBERS), estimator=LogisticRegression()),
    "scaled, nulls left": lambda: fit((StandardScaler(with_mean=False), NUMBERS), (OrdinalEncoder(**KNOWN), TEXTS)),
    "one column each": lambda: fit((scaled(), NUMBERS), (one_hot(sparse_output=False), TEXTS), estimator=LINEAR),
    "one column each, in columns": lambda: fit((one_hot(sparse_output=False), TEXTS), estimator=LINEAR),
    "sparse": lambda: fit((scaled(), NUMBERS), (one_hot(), TEXTS), estimator=LINEAR),
    "sparse, rare ones together": lambda: fit((scaled(), NUMBERS), (RARE, TEXTS), estimator=LINEAR),
    "sparse, nulls were learned": lambda: fit((scaled(), NUMBERS), (RARE, TEXTS), nulls=True, estimator=LINEAR),
    "sparse, nulls are new": lambda: fit((scaled(), NUMBERS), (RARE, TEXTS), estimator=LINEAR),
    "sparse, some rare": lambda: fit((scaled(), NUMBERS), (one_hot(max_categories=3), TEXTS), estimator=LINEAR),
}
LEFT = {
    "another scaler": lambda: fit((MinMaxScaler(), NUMBERS)),
    "filled and told": lambda: fit((SimpleImputer(add_indicator=True), NUMBERS)),
    "filled by another": lambda: fit((SimpleImputer(strategy="constant", fill_value=0), NUMBERS)),
    "a function": lambda: fit((FunctionTransformer(np.abs), NUMBERS)),
    "by number": lambda: fit(("passthrough", [0, 1])),
    "frames": fit_on_frames,
    "weighted": lambda: fit(("passthrough", NUMBERS)).set_params(columns__transformer_weights={"0": 2.0}),
}


def assert_same(made: Any, expected: Any) -> None:
    """The same values of the same type, in the same order in memory."""
    assert type(made) is type(expected)
    if sparse.issparse(expected):
        for part in ("data", "indices", "indptr"):
            assert_same(getattr(made, part), getattr(expected, part))
        return
    assert np.asarray(made).dtype == np.asarray(expected).dtype
    assert np.asarray(made).flags.fnc == np.asarray(expected).flags.fnc
    np.testing.assert_array_equal(made, expected)


@pytest.mark.parametrize("kind", [*ENCODED, *LEFT])
def test_thousands_of_rows_are_prepared_and_answered_as_scikit_learn_does(kind: str) -> None:
    model = (ENCODED | LEFT)[kind]()
    asked = rows(2, "never seen", *([np.nan] if "nulls" in kind else []))
    prepare = prepare_fast(model, asked.head(5))
    assert prepare.__name__ == ("transform" if kind in LEFT else "prepare")
    for size in (1, 2, 7, MOST_ROWS):
        for start in range(0, ROWS, max(size * 8, 97)):
            some = asked[start : start + size]
            assert_same(prepare(some), model[:-1].transform(some))
        said = answer(model, asked[:size], prepare)
        np.testing.assert_array_equal(said.outputs, model.predict(asked[:size]))
        np.testing.assert_array_equal(said.probabilities, model.predict_proba(asked[:size]))
    assert_same(prepare(asked), model[:-1].transform(asked))


def said_of(prepare: Any, some: pd.DataFrame) -> Any:
    """What it gives, or raises."""
    try:
        return prepare(some)
    except (ValueError, KeyError, TypeError) as error:
        return error


@pytest.mark.parametrize(
    "spoil",
    [
        lambda some: some.assign(carrier="never seen"),
        lambda some: some.assign(carrier=None),
        lambda some: some.assign(carrier=7),
        lambda some: some.drop(columns="dest"),
        lambda some: some.assign(temp=some["temp"].astype(object)),
        lambda some: some.assign(distance=1),
        lambda some: some.assign(distance=np.float32("inf")),
        lambda some: some.assign(distance=some["distance"].astype("float64")),
        lambda some: some.assign(carrier=some["carrier"].astype("category")),
    ],
)
@pytest.mark.parametrize("numbers", ["passthrough", scaled()])
@pytest.mark.parametrize(
    "encoder", [OrdinalEncoder(), OrdinalEncoder(**KNOWN), OneHotEncoder(sparse_output=False), RARE]
)
def test_what_does_not_fit_is_answered_and_refused_in_the_words_of_scikit_learn(
    encoder: Any, spoil: Any, numbers: Any
) -> None:
    model = fit((numbers, NUMBERS), (encoder, TEXTS), estimator=DecisionTreeClassifier(max_depth=2))
    some = spoil(rows(2).head(2))
    prepare = prepare_fast(model, rows(2).head(5))
    assert prepare.__name__ == "prepare"
    expected, made = said_of(model[:-1].transform, some), said_of(prepare, some)
    assert type(made) is type(expected)
    if isinstance(expected, Exception):
        assert str(made) == str(expected)
    else:
        assert_same(made, expected)
