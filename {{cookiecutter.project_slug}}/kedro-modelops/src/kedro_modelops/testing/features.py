"""Keys and features follow from the row alone, and are the same in training, in batches and online."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline

from kedro_modelops.contracts.row_keys import check_keys
from kedro_modelops.models.scoring import answer
from kedro_modelops.predictions.digests import hash_rows
from kedro_modelops.predictions.records import features_of, read_inputs, score_rows
from kedro_modelops.problem import Problem, load_problem
from kedro_modelops.serving.requests.contract import RequestContract
from kedro_modelops.testing.forms import FORMS, as_request
from kedro_modelops.testing.project import Load


class Requests:
    """Rows as callers send them: the catalog's `requests`."""

    @pytest.fixture
    def problem(self) -> Problem:
        """The team's."""
        return load_problem()

    @pytest.fixture
    def requests(self, load: Load) -> pd.DataFrame:
        """As they were drawn."""
        return pd.DataFrame(load("requests"))

    @pytest.fixture
    def rows(self, problem: Problem, requests: pd.DataFrame, load: Load) -> pd.DataFrame:
        """The same, completed."""
        return problem.complete_rows(requests, load("reference"))

    @pytest.fixture
    def model_input(self, problem: Problem, load: Load) -> pd.DataFrame:
        """Features as training has computed them, by key."""
        tables: list[pd.DataFrame] = [load("train_set"), load("test_set")]
        both = pd.concat(tables)
        key = next(name for name in both if set(problem.identify(load("requests"))) & set(both[name]))
        return both.set_index(key)[list(problem.features.to_schema().columns)]


class KeyTests(Requests):
    """What happens is joined to predictions by keys."""

    def test_a_key_follows_from_its_row_alone(self, problem: Problem, rows: pd.DataFrame) -> None:
        """Wherever the row stands."""
        keys = check_keys(problem.identify, rows)
        assert keys.is_unique
        shuffled = rows.sample(frac=1, random_state=1)
        assert check_keys(problem.identify, shuffled).sort_index().tolist() == keys.tolist()
        assert [problem.identify(rows.iloc[[number]]).iloc[0] for number in range(len(rows))] == keys.tolist()

    def test_a_row_that_is_completed_keeps_its_key(
        self, problem: Problem, requests: pd.DataFrame, rows: pd.DataFrame
    ) -> None:
        """Online, a caller may know more than the reference."""
        assert problem.identify(requests).tolist() == problem.identify(rows).tolist()

    def test_the_model_was_trained_and_judged_under_the_same_keys(
        self, problem: Problem, requests: pd.DataFrame, model_input: pd.DataFrame
    ) -> None:
        """Else no outcome finds its row."""
        assert set(problem.identify(requests)) <= set(model_input.index)


class FeatureTests(Requests):
    """One function computes features everywhere."""

    def test_features_keep_their_contract_and_the_order_of_rows(self, problem: Problem, rows: pd.DataFrame) -> None:
        """A row for each row."""
        features = problem.features.validate(problem.compute_features(rows))
        assert list(features.index) == list(rows.index)

    def test_a_row_is_computed_alone_as_it_is_among_others(self, problem: Problem, rows: pd.DataFrame) -> None:
        """Online, it comes alone."""
        alone = [problem.compute_features(rows.iloc[[number]]) for number in range(len(rows))]
        pd.testing.assert_frame_equal(problem.compute_features(rows), pd.concat(alone))

    def test_the_input_is_left_as_it_was(self, problem: Problem, rows: pd.DataFrame) -> None:
        """Its key is made of it later."""
        before = rows.copy()
        problem.compute_features(rows)
        pd.testing.assert_frame_equal(rows, before)

    def test_further_columns_do_not_matter(self, problem: Problem, rows: pd.DataFrame) -> None:
        """What is recorded later stands beside what is known now."""
        further = {name for contract in problem.contracts() for name in contract.to_schema().columns} - set(rows)
        recorded = rows.assign(**dict.fromkeys(map(str, further), 999.0))
        pd.testing.assert_frame_equal(problem.compute_features(recorded), problem.compute_features(rows))


class Version:
    """Who answers."""

    name, version, run_id = "model", "1", "run"


class EqualityTests(Requests):
    """The same rows give the same keys, features and answers, in whatever form they come."""

    @pytest.fixture
    def model(self, load: Load) -> Pipeline:
        """The one that was trained here."""
        model: Pipeline = load("model")
        return model

    @pytest.fixture(scope="class")
    @classmethod
    def expected(cls, load: Load) -> dict[str, list[object]]:
        """What a batch is answered."""
        model = load("model")
        return score_rows(load("requests"), load("reference"), Version(), lambda rows: answer(model, rows))

    @pytest.mark.parametrize("form", FORMS)
    def test_files_and_tables_of_every_form(
        self, form: str, problem: Problem, requests: pd.DataFrame, model: Pipeline, expected: object, load: Load
    ) -> None:
        """Parquet, CSV, SQL, and what pandas and Arrow make of them."""
        rows = problem.request.validate(FORMS[form](requests))
        assert score_rows(rows, load("reference"), Version(), lambda rows: answer(model, rows)) == expected

    def test_online_requests(
        self, problem: Problem, requests: pd.DataFrame, model: Pipeline, expected: object, load: Load
    ) -> None:
        """Rows in JSON."""
        contract = RequestContract(problem.request, dict(problem.example), len(requests))
        rows = contract.table(contract.read(as_request(requests))[0])
        assert list(contract.broken_rules(rows)) == []
        assert score_rows(rows, load("reference"), Version(), lambda rows: answer(model, rows)) == expected

    def test_the_prediction_store(self, problem: Problem, model: Pipeline, expected: dict[str, list[str]]) -> None:
        """What was asked can be asked again."""
        inputs = read_inputs(expected["inputs"])
        said = answer(model, features_of(inputs))
        assert problem.identify(inputs).tolist() == expected["key"]
        assert hash_rows(features_of(inputs)) == expected["features_hash"]
        np.testing.assert_array_equal(said.outputs, expected["output"])
        for part, kept in ((said.probabilities, "probabilities"), (said.intervals, "interval")):
            if part is not None:
                np.testing.assert_array_equal(part, np.array(expected[kept], float))

    def test_training(self, model_input: pd.DataFrame, expected: dict[str, list[str]]) -> None:
        """The model has seen the features that it is asked about."""
        computed = model_input.loc[expected["key"]]
        assert hash_rows(computed) == expected["features_hash"], json.loads(computed.head(1).to_json(orient="records"))
