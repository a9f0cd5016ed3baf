"""A model has one output: where a team would ask for more, it is told so, with the way out."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from kedro_modelops.errors import RefusedError
from kedro_modelops.models.model_format import ModelFormat
from kedro_modelops.pipelines.outcomes.nodes import label_months
from kedro_modelops.pipelines.training import rehearsal
from kedro_modelops.pipelines.training.parameters import Training
from kedro_modelops.roles import Roles
from kedro_modelops.testing.project import PROJECT, Kedro, ReplaceProblem
from rows import arrivals
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline

WAY_OUT = r"a model has one output.* in a project of its own: kedro-modelops/docs/two-models\.md"


def test_a_target_of_two_columns_is_refused_before_anything_runs(project: Path, kedro: Kedro) -> None:
    roles = project / "conf/base/parameters_data_processing.yml"
    roles.write_text(roles.read_text().replace("target: late\n", "target: [late, distance]\n"))
    done = kedro("run", "--env", "ci")
    assert done.exit_code == 1
    told = (
        "problem.target (conf/base/parameters_data_processing.yml) names late and distance, but a model has one output"
    )
    assert told in " ".join(done.output.split())


def test_outcomes_of_two_columns_are_refused(replace_problem: ReplaceProblem) -> None:
    replace_problem(label=lambda rows: rows[["origin", "distance"]])
    load = label_months({"2013-11": lambda: next(iter(arrivals().values()))})["2013-11"]
    with pytest.raises(
        RefusedError, match=r"label \(features\.py\) answers with the columns origin, distance, but " + WAY_OUT
    ):
        load()


def test_an_estimator_of_several_outputs_is_refused() -> None:
    table = pd.DataFrame({"id": map(str, range(60)), "x": np.arange(60.0), "price": np.arange(60.0)})
    several = {
        "class": "sklearn.multioutput.MultiOutputRegressor",
        "options": {"estimator": {"class": "sklearn.linear_model.Ridge"}},
    }
    training = Training.model_validate(
        {
            "seed": 1,
            "scoring": "r2",
            "search": {"class": "sklearn.model_selection.GridSearchCV"},
            "cross_validation": {"class": "sklearn.model_selection.KFold", "options": {"n_splits": 2}},
            "candidates": {"several": {"numeric": [], "categorical": [], "estimator": several, "space": {}}},
        }
    )
    model_format = ModelFormat([], PROJECT / "requirements" / "serve.txt")
    with pytest.raises(RefusedError, match=r"candidates\.several, sklearn\.multioutput.*" + WAY_OUT):
        rehearsal.rehearse(table, Roles(target="price", key="id"), training, ["r2"], model_format)


def test_answers_of_several_columns_are_refused() -> None:
    rows = pd.DataFrame({"x": np.arange(6.0)})
    model = make_pipeline(LinearRegression()).fit(rows, np.ones((6, 2)))
    with pytest.raises(RefusedError, match=r"its predict answers with an array of shape \(6, 2\), but " + WAY_OUT):
        rehearsal._ask(model, rows, 6)
