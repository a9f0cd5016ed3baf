"""The same rows give the same keys, features and probabilities, in whatever form they come."""

from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from flight_delays import features, schemas
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from kedro_modelops.contracts import Table
from kedro_modelops.errors import RefusedError
from kedro_modelops.models.scoring import answer
from kedro_modelops.predictions.digests import hash_rows
from kedro_modelops.predictions.records import features_of, read_inputs, score_rows
from kedro_modelops.serving.requests.contract import RequestContract
from kedro_modelops.testing.forms import FORMS, as_records, as_request
from kedro_modelops.testing.project import ReplaceProblem
from pandera.typing import Series
from rows import arrivals, computed, reference
from sklearn.compose import make_column_transformer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OrdinalEncoder
from sklearn.tree import DecisionTreeClassifier

REQUEST = list(schemas.FlightPlan.to_schema().columns)


def fit(table: pd.DataFrame) -> Pipeline:
    """A model that sees every null of a text, as `OrdinalEncoder` has a code for each kind of it."""
    texts = [name for name in table if table[name].dtype == object]
    encoder = make_column_transformer(
        (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2), texts),
        remainder="passthrough",
    )
    target = np.random.default_rng(1).integers(2, size=len(table))
    return make_pipeline(encoder, DecisionTreeClassifier(random_state=1)).fit(table, target)


class Patient(Table):
    """A table with nulls in every kind of column that has them."""

    visit: Series[np.int32] = pa.Field(ge=0)
    ward: Series[str] = pa.Field(nullable=True, isin=["A", "B", "None", "nan", 'Ärzte, "1"'])
    kind: Series[str]
    weight: Series[np.float32] = pa.Field(nullable=True)
    admitted: Series[schemas.Utc]
    urgent: Series[bool]


PATIENTS = st.lists(
    st.tuples(
        st.integers(0, 2**31 - 1),
        st.sampled_from(["A", "B", "None", "nan", 'Ärzte, "1"', None]),
        st.sampled_from(["x", "007", "1e5", "true", "None", "N/A"]),
        st.none() | st.floats(-1e6, 1e6, width=32),
        st.sampled_from(pd.date_range("2013-11-03T04:00Z", "2013-11-03T08:00Z", freq="30min").as_unit("us").to_list()),
        st.booleans(),
    ),
    min_size=2,
    max_size=6,
)


QUICK = (Phase.generate,)
"""What fails is shown as it is, not made smaller for minutes."""


@settings(max_examples=12, deadline=None, derandomize=True, database=None, phases=QUICK)
@given(PATIENTS)
def test_rows_of_any_content_survive_every_form(rows: list[tuple[Any, ...]]) -> None:
    given = pd.DataFrame(rows, columns=list(Patient.to_schema().columns)).astype({"visit": "int32"})
    given = given.astype({"weight": "float32", "admitted": "datetime64[us, UTC]"})
    expected = Patient.validate(given)
    model = fit(expected.drop(columns="admitted"))
    said = model.predict_proba(expected.drop(columns="admitted"))
    contract = RequestContract(Patient, {}, 10)
    tables = {name: Patient.validate(form(given)) for name, form in FORMS.items()}
    tables |= {"json": contract.table(contract.read(as_request(given))[0])}
    for name, table in tables.items():
        pd.testing.assert_frame_equal(table, expected, obj=name)
        assert (model.predict_proba(table.drop(columns="admitted")) == said).all(), name


def test_a_null_text_is_null_when_the_store_gives_it_back(replace_problem: ReplaceProblem) -> None:
    replace_problem(request=Patient)
    times = pd.to_datetime(["2013-11-03T05:00Z", "2013-11-03T06:00Z"])
    given = pd.DataFrame({"visit": [1, 2], "ward": ["A", None], "kind": ["x", "None"], "weight": [None, None]})
    given = given.assign(admitted=times, urgent=True)
    pd.testing.assert_frame_equal(read_inputs(as_records(given)), Patient.validate(given))
    with pytest.raises(RefusedError, match=r"column 'visit': int32 is expected, row 2: 2\.5 is no whole number"):
        read_inputs(as_records(given.assign(visit=[1, 2.5])))


@pytest.fixture(scope="module")
def model() -> Pipeline:
    """Learned from the features of real rows."""
    return fit(computed())


class Version:
    """Who answers."""

    name, version, run_id = "a", "1", "b"


@pytest.mark.parametrize("form", FORMS)
def test_real_rows_of_every_form_give_the_same_keys_features_and_probabilities(form: str, model: Pipeline) -> None:
    given = pd.concat(arrivals().values(), ignore_index=True)
    given = given[[name for name in REQUEST if name in given]]
    expected = score_rows(given, reference(), Version(), lambda rows: answer(model, rows))
    rows = schemas.FlightPlan.validate(FORMS[form](given))
    assert score_rows(rows, reference(), Version(), lambda rows: answer(model, rows)) == expected


def test_real_rows_of_the_service_and_of_the_store_are_the_same_too(model: Pipeline) -> None:
    given = pd.concat(arrivals().values(), ignore_index=True)
    given = given[[name for name in REQUEST if name in given]]
    expected = score_rows(given, reference(), Version(), lambda rows: answer(model, rows))
    contract = RequestContract(schemas.FlightPlan, schemas.EXAMPLE, len(given))
    rows, _ = contract.read(as_request(given))
    assert score_rows(contract.table(rows), reference(), Version(), lambda rows: answer(model, rows)) == expected
    inputs = read_inputs(expected["inputs"])
    assert features.identify(inputs).tolist() == expected["key"]
    assert hash_rows(features_of(inputs)) == expected["features_hash"]
    assert answer(model, features_of(inputs)).probabilities.tolist() == expected["probabilities"]
