"""What parameters and settings may name of the team's own, and what is said of what they may not."""

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pandas as pd
import pytest
from fastapi import APIRouter, FastAPI
from kedro_modelops import project_settings
from kedro_modelops.errors import RefusedError
from kedro_modelops.extensions.monitor import Monitor
from kedro_modelops.gates import Gate, Gates, Judgement, Verdict
from kedro_modelops.gates.gate import Evidence
from kedro_modelops.models.scorers import check_scorer, find_scorer, takes_weights
from kedro_modelops.pipelines.monitoring.monitors import ask_monitors
from kedro_modelops.pipelines.monitoring.parameters import Monitoring
from kedro_modelops.pipelines.monitoring.signals.signal import Signal, at_most
from kedro_modelops.serving.routes import mount_routes
from pydantic import ValidationError

MODULE = "flight_delays.extras"


class Strict(Gate):
    """A gate that lets nothing pass."""

    least: float

    def look(self, evidence: Evidence) -> Judgement:
        return Judgement(Verdict.FAILED, f"less than {self.least}")


class Unfinished(Gate):
    """A gate that does not say what it looks at."""


class Rows(Monitor):
    """Counts rows."""

    most: int

    def watch(self, window: Any, profile: Any, serving_model: Any, problem: Any) -> Iterator[Signal]:
        yield at_most("rows", len(window), self.most, "rows")


def hits(model: Any, features: Any, target: Any) -> float:
    return float((model.predict(features) == target).mean())


@pytest.fixture(autouse=True)
def module(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module of the team's package with all of them in it."""
    made = ModuleType(MODULE)
    for named in (Strict, Unfinished, Rows, hits):
        monkeypatch.setattr(named, "__module__", MODULE)
        setattr(made, named.__name__, named)
    made.__dict__.update(router=APIRouter(prefix="/desk"), pandas=pd)
    made.router.get("/shift")(lambda: "early")
    monkeypatch.setitem(sys.modules, MODULE, made)
    return made


def test_a_gate_of_the_teams_own_judges_with_its_settings(parameters: dict[str, Any]) -> None:
    strict = {"class": f"{MODULE}.Strict", "least": 2}
    gates = Gates.model_validate(parameters["gates"] | {"strict": strict | {"enabled": False}})
    assert [name for name, _ in gates._gates()][-1] == "strict"
    assert Gates.model_validate(gates) == gates
    (told,) = (gate for name, gate in gates._gates() if name == "strict")
    assert told == Strict(least=2, enabled=False)


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ({"minimum": 1}, "it names no class: write {class: flight_delays.<module>"),
        ({"class": f"{MODULE}.Strict"}, "least\n  Field required"),
        ({"class": f"{MODULE}.Strict", "least": 1, "most": 2}, "most\n  Extra inputs are not permitted"),
        ({"class": f"{MODULE}.Strikt"}, "cannot be imported"),
        ({"class": f"{MODULE}.hits"}, "is no class that derives from kedro_modelops.gates.gate.Gate"),
        ({"class": f"{MODULE}.Rows"}, "is no class that derives from kedro_modelops.gates.gate.Gate"),
        ({"class": f"{MODULE}.Unfinished"}, "and fills its methods"),
        ({"class": "kedro_modelops.gates.quality.Floor", "minimum": 0}, "is not of flight_delays"),
        ({"class": "os.path.join"}, "is not of flight_delays"),
    ],
)
def test_another_gate_is_refused(stated: dict[str, Any], told: str, parameters: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refusal:
        Gates.model_validate(parameters["gates"] | {"strict": stated})
    assert told in str(refusal.value)


def test_signals_bear_the_name_of_their_monitor(parameters: dict[str, Any]) -> None:
    stated = parameters["monitoring"] | {"monitors": {"volume": {"class": f"{MODULE}.Rows", "most": 1}}}
    window: Any = [1, 2]
    roles: Any = None
    (signal,) = ask_monitors(window, None, None, roles, Monitoring.model_validate(stated))
    assert (signal.name, signal.kind, signal.verdict) == ("volume/rows", "volume", "alert")
    for taken in ("drift", "age_days"):
        renamed = stated | {"monitors": {taken: stated["monitors"]["volume"]}}
        with pytest.raises(ValidationError, match=f"{taken}: the plugin watches this already"):
            Monitoring.model_validate(renamed)


def test_a_scorer_is_scikit_learns_or_the_teams() -> None:
    assert check_scorer("roc_auc") == "roc_auc"
    assert takes_weights("roc_auc")
    assert find_scorer(check_scorer(f"{MODULE}.hits")) is hits
    assert not takes_weights(f"{MODULE}.hits")
    for name, told in {
        "roc_acu": "did you mean roc_auc",
        "sklearn.metrics.r2_score": "a function of model, features and target in flight_delays",
        f"{MODULE}.misses": "cannot be imported",
        f"{MODULE}.pandas": "flight_delays",
    }.items():
        with pytest.raises(ValueError, match=told):
            check_scorer(name)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (f"{MODULE}.hits", "has to be a fastapi.routing.APIRouter"),
        (f"{MODULE}.roads", "there is no roads in"),
        ("flight_delays.roads.router", "there is no module flight_delays.roads"),
        ("os.path", "not in flight_delays"),
    ],
)
def test_other_routes_are_refused(path: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read = project_settings._read
    monkeypatch.setattr(project_settings, "_read", lambda name: (None, path) if name == "routes" else read(name))
    with pytest.raises(RefusedError, match=told):
        mount_routes(FastAPI(), [])


def test_routes_never_take_the_place_of_the_services_own(monkeypatch: pytest.MonkeyPatch) -> None:
    app, read = FastAPI(), project_settings._read
    mount_routes(app, [])  # none are named
    path = f"{MODULE}.router"
    monkeypatch.setattr(project_settings, "_read", lambda name: (None, path) if name == "routes" else read(name))
    mount_routes(app, [])
    assert "/desk/shift" in app.openapi()["paths"]
    app.get("/desk/shift")(lambda: "late")
    with pytest.raises(RefusedError, match="/desk/shift: the service has this path itself"):
        mount_routes(app, [])
