"""The border: what a team says of its problem is found by one setting, and what is wrong there is one sentence."""

import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import grimp
import pandas as pd
import pytest
from flight_delays import problem as flights
from flight_delays.features import complete
from flight_delays.schemas import EXAMPLE, FlightPlan
from kedro_modelops.errors import RefusedError
from kedro_modelops.models.scoring import answer
from kedro_modelops.pipelines.evaluation import golden
from kedro_modelops.pipelines.inference import nodes as inference
from kedro_modelops.pipelines.inference.parameters import Inference
from kedro_modelops.problem import Problem, load_problem
from kedro_modelops.project_settings import PROJECT_VARIABLE, TABLE, problem_path, team_package
from kedro_modelops.serving.observing import Metrics
from kedro_modelops.serving.requests.contract import RequestContract
from kedro_modelops.serving.scoring.batching import Job
from kedro_modelops.serving.scoring.references import Reference
from kedro_modelops.serving.scoring.row_keys import try_keys
from kedro_modelops.serving.scoring.scorer import Scorer
from kedro_modelops.testing.project import ReplaceProblem
from rows import arrivals, computed, reference
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import Pipeline, make_pipeline

SETTING = f"{TABLE} problem"
WRONG = {
    "request": ("FlightPlan", "a contract: a class that derives from"),
    "features": (int, "a contract: a class that derives from"),
    "model_input": (FlightPlan.to_schema(), "a contract: a class that derives from"),
    "predictions": (None, "a contract: a class that derives from"),
    "example": ({}, "a row as a caller sends it, such as"),
    "compute_features": ("features.compute_features", "a function of a data frame"),
    "identify": (None, "a function of a data frame"),
    "label": (15, "a function of a data frame"),
    "complete": ("nothing", "a function of rows and reference, or None"),
}
PATH = "team.problem.PROBLEM"

Write = Callable[..., None]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Writes a project's `pyproject.toml` and modules of its package `team`, and runs the test in its folder."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delenv(PROJECT_VARIABLE, raising=False)
    (tmp_path / "conf" / "base").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "conf" / "base")  # a folder of the project is as good as its root

    def put(setting: str = f"problem = {PATH!r}", **modules: str) -> None:
        (tmp_path / "pyproject.toml").write_text(f"[tool.kedro_modelops]\n{setting}\n")
        (tmp_path / "team").mkdir()
        for name, text in modules.items():
            (tmp_path / "team" / f"{name}.py").write_text(text)

    yield put
    for name in [name for name in sys.modules if name.partition(".")[0] == "team"]:
        del sys.modules[name]


load = cast("Callable[[], Problem]", cast("Any", load_problem).__wrapped__)
"""As if for the first time."""


def test_the_problem_is_found_from_every_folder_of_the_project(write: Write) -> None:
    write(problem="from flight_delays.problem import PROBLEM")
    assert (problem_path(), team_package()) == (PATH, "team")
    assert load() is flights.PROBLEM


def test_a_folder_outside_the_project_names_it(
    write: Write, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    write()
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    with pytest.raises(RefusedError, match=rf"no pyproject\.toml in .*elsewhere.* or set {PROJECT_VARIABLE}"):
        problem_path()
    monkeypatch.setenv(PROJECT_VARIABLE, str(tmp_path))
    assert problem_path() == PATH


@pytest.mark.parametrize("setting", ["", "problem = 'problem'", "problem = 7"])
def test_a_project_without_the_setting_is_shown_how_to_write_it(write: Write, setting: str) -> None:
    write(setting)
    told = rf"pyproject\.toml does not say {re.escape(SETTING)} = '<package>\.problem\.PROBLEM'"
    with pytest.raises(RefusedError, match=told):
        load()


@pytest.mark.parametrize(
    ("modules", "reason"),
    [
        ({"features": ""}, "but there is no module team.problem"),
        ({"problem": "PROBLEMS = 1"}, "but there is no PROBLEM in team.problem"),
        ({"problem": "PROBLEM = {}"}, "which is a dict: it has to be a kedro_modelops.problem.Problem"),
    ],
)
def test_a_setting_that_leads_to_no_problem_is_refused(write: Write, modules: dict[str, str], reason: str) -> None:
    write(**modules)
    with pytest.raises(RefusedError, match=re.escape(f"{SETTING} is {PATH!r}, {reason}")):
        load()


def test_a_package_that_is_not_there_is_named(write: Write) -> None:
    write("problem = 'nowhere_at_all.problem.PROBLEM'")
    with pytest.raises(RefusedError, match=r"but there is no module nowhere_at_all$"):
        load()


@pytest.mark.parametrize(
    ("modules", "error", "reason"),
    [
        ({"problem": "from .features import identify"}, ModuleNotFoundError, "'team.features'"),
        ({"problem": "import nowhere_at_all"}, ModuleNotFoundError, "'nowhere_at_all'"),
        ({"problem": "from .features import label", "features": ""}, ImportError, "'label' from 'team.features'"),
        ({"problem": "import json\njson.nothing"}, AttributeError, "'json' has no attribute 'nothing'"),
        ({"problem": "from . import features", "features": "1 / 0"}, ZeroDivisionError, "division by zero"),
    ],
)
def test_a_module_of_the_team_that_fails_to_import_is_named_and_not_the_setting(
    write: Write, modules: dict[str, str], error: type[Exception], reason: str
) -> None:
    write(**modules)
    with pytest.raises(error, match=reason) as failed:
        load()
    assert not isinstance(failed.value, RefusedError)
    assert SETTING not in str(failed.value)
    assert any(Path(str(entry.path)).parent.name == "team" for entry in failed.traceback)


@pytest.mark.parametrize("field", [field.name for field in fields(Problem)])
def test_a_field_of_the_wrong_kind_is_named_with_what_it_has_to_be(field: str) -> None:
    value, expected = WRONG[field]
    told = re.escape(f"Problem.{field} is {value!r}, but has to be {expected}")
    with pytest.raises(RefusedError, match=told):
        replace(flights.PROBLEM, **{field: value})


def test_a_field_that_is_missing_or_misspelled_is_named() -> None:
    values = vars(flights.PROBLEM)
    for field in set(values) - {"complete"}:
        with pytest.raises(TypeError, match=f"missing 1 required keyword-only argument: '{field}'"):
            Problem(**{name: value for name, value in values.items() if name != field})
    with pytest.raises(TypeError, match="unexpected keyword argument 'identifies'"):
        Problem(**values, identifies=values["identify"])


@cache
def model() -> Pipeline:
    """Learned from features that tell whether rows were completed."""
    features = computed().dropna(subset="temp")
    columns = make_column_transformer(("passthrough", ["distance", "temp"]))
    return make_pipeline(columns, LinearRegression()).fit(features, features["distance"] + features["temp"])


def in_evaluation(rows: pd.DataFrame, weather: Any) -> list[Any]:
    return golden.record_golden(model(), rows, weather)["outputs"]


def in_a_batch(rows: pd.DataFrame, weather: Any) -> list[Any]:
    version = SimpleNamespace(name="m", version="1", run_id="r", estimator=model())
    months = inference.score_months({"2013-09": rows.copy}, cast("Any", version), weather, Inference())
    return months["2013-09"]()["output"].tolist()


def in_the_service(rows: pd.DataFrame, weather: Any) -> list[Any]:
    contract = RequestContract(FlightPlan, EXAMPLE, len(rows))
    try_keys(contract, weather)
    lines = rows.to_json(orient="records", lines=True, date_format="iso", date_unit="us", double_precision=15)
    sent = {"dataframe_records": [json.loads(line) for line in lines.splitlines()]}
    job = Job(contract.read(json.dumps(sent).encode())[0], "request", "caller", 0)
    storage: Any = SimpleNamespace(keep=lambda predictions, requests: None)
    served = SimpleNamespace(name="m", version="1", run_id="r", classes=None, score=partial(answer, model()))
    slot: Any = SimpleNamespace(current=served, reference=Reference(weather))
    Scorer(slot, contract, storage, Metrics()).work([job])
    return [prediction["output"] for prediction in job.answer[1]]


@pytest.mark.parametrize("place", [in_evaluation, in_a_batch, in_the_service])
def test_rows_that_come_whole_need_no_complete(
    place: Callable[[pd.DataFrame, Any], list[Any]], replace_problem: ReplaceProblem
) -> None:
    plans = pd.concat(arrivals().values(), ignore_index=True).head(40)
    plans = plans[[name for name in FlightPlan.to_schema().columns if name in plans]]
    whole = complete(plans, reference()).dropna(subset="temp")
    expected = place(plans.loc[whole.index], reference())
    replace_problem(complete=None)
    assert len(whole) > 10
    assert place(whole, None) == place(whole, reference()) == expected


def test_fields_are_put_back_after_a_test() -> None:
    assert load_problem() is flights.PROBLEM
    assert load_problem().complete is complete


def test_nothing_in_the_plugin_imports_the_team_s_package() -> None:
    imports = grimp.build_graph("kedro_modelops", include_external_packages=True)
    assert "kedro" in imports.modules
    assert team_package() not in imports.modules
