"""A team adds what is its own, in its package and its settings: nothing under kedro-modelops/ changes."""

import json
import re
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from baking import BakedProject, commit
from conftest import Bake
from images import free_port
from servers import serving

pytestmark = pytest.mark.slow

PACKAGE = "src/flight_delays"
PIPELINES = ("evaluation", "inference", "ingestion", "monitoring", "registration", "training")
"""Those of the plugin, but for `outcomes`, in whose place stands the team's."""
MODULES = {
    "gates.py": '''
        """A gate of our own."""

        from kedro_modelops.gates import Evidence, Gate, Judgement
        from kedro_modelops.gates.gate import at_most


        class AlarmRate(Gate):
            """Refuses a model that raises an alarm for too many rows: nobody looks at them any more."""

            max_share: float

            def look(self, evidence: Evidence) -> Judgement:
                """Counts the alarms."""
                share = float(evidence.predictions["prediction"].mean())
                return at_most(self.max_share, share, f"An alarm is raised for {share:.1%} of the rows.")
        ''',
    "monitors.py": '''
        """A monitor of our own."""

        from collections.abc import Iterator
        from typing import Any

        from kedro_modelops.extensions.monitor import Monitor
        from kedro_modelops.pipelines.monitoring.signals.signal import Signal, at_most
        from kedro_modelops.roles import Roles


        class Strangers(Monitor):
            """Watches for carriers that the training has not seen."""

            most: int

            def watch(self, window: Any, profile: Any, serving_model: Any, problem: Roles) -> Iterator[Signal]:
                """Counts them."""
                strangers = set(window.features["carrier"]) - set(profile.train["carrier"])
                yield at_most("carriers", len(strangers), self.most, f"{len(strangers)} carriers are new")
        ''',
    "sections.py": '''
        """A section of our own in the report."""

        from kedro_modelops.extensions.section import Evaluated, Section


        class Alarms(Section):
            """Alarms by airport."""

            digits: int

            def render(self, evaluated: Evaluated) -> str:
                """A table."""
                alarms = evaluated.predictions["prediction"].groupby(evaluated.test_set["origin"]).mean()
                return str(alarms.round(self.digits).to_frame("share of alarms").to_html())
        ''',
    "scorers.py": '''
        """A scorer of our own."""

        from typing import Any

        import numpy as np


        def net_benefit(model: Any, features: Any, target: Any) -> float:
            """Alarms that were right, less a quarter of those that were not, a row."""
            alarm, late = np.asarray(model.predict(features), bool), np.asarray(target, bool)
            return float((alarm & late).mean() - 0.25 * (alarm & ~late).mean())
        ''',
    "routes.py": '''
        """Paths of our own in the prediction service."""

        from fastapi import APIRouter, Request

        router = APIRouter(prefix="/desk")


        @router.get("/shift")
        async def shift(request: Request) -> dict[str, str]:
            """Says who asks, and what serves."""
            return {"caller": request.state.caller, "version": request.app.state.slot.current.version}
        ''',
    "pipelines/outcomes/__init__.py": '''
        """Outcomes, in our own way: nobody reports them yet."""

        from kedro.pipeline import Node, Pipeline

        from .nodes import wait_for_outcomes


        def create_pipeline() -> Pipeline:
            """Wires the nodes."""
            return Pipeline([Node(wait_for_outcomes, "arrived", "waiting", name="wait_for_outcomes")])
        ''',
    "pipelines/outcomes/nodes.py": '''
        """Nodes of our own."""

        from typing import Any


        def wait_for_outcomes(arrived: dict[str, Any]) -> int:
            """Counts months whose outcome is to come."""
            return len(arrived)
        ''',
}
TESTS = {
    "test_outcomes.py": """
        from flight_delays.pipelines.outcomes.nodes import wait_for_outcomes


        def test_months_are_counted() -> None:
            assert wait_for_outcomes({"2013-11": None}) == 1
        """,
}
SCORER = "flight_delays.scorers.net_benefit"
PARAMETERS: dict[str, dict[str, Any]] = {
    "evaluation": {
        "metrics": {SCORER: "Right alarms, less a quarter of the wrong ones"},
        "sections": {"Alarms by airport": {"class": "flight_delays.sections.Alarms", "digits": 3}},
    },
    "gates": {"alarm_rate": {"class": "flight_delays.gates.AlarmRate", "max_share": 0.9}},
    "monitoring": {
        "performance": {SCORER: 0.1},
        "monitors": {"strangers": {"class": "flight_delays.monitors.Strangers", "most": 2}},
    },
}

TRAINED = "build/trained"
"""The reports of the training, which later runs write anew."""


def platform(project: BakedProject) -> dict[str, bytes]:
    """The files of the plugin."""
    folder = project.path / "kedro-modelops"
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def extend(project: BakedProject) -> None:
    """Adds to a project what is its own."""
    modules = {f"{PACKAGE}/{name}": text for name, text in MODULES.items()}
    tests = {f"tests/unit/{name}": text for name, text in TESTS.items()}
    for name, text in (modules | tests).items():
        file = project.path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(re.sub(r"^ {8}", "", text.lstrip("\n"), flags=re.MULTILINE).rstrip(" "), "utf-8")
    for file in (project.path / "conf/base").glob("parameters_*.yml"):
        parameters = yaml.safe_load(file.read_text("utf-8"))
        for name, added in PARAMETERS.items():
            for key, value in added.items() if name in parameters else ():
                old = parameters[name].get(key)
                parameters[name][key] = old | value if isinstance(old, dict) else value
        file.write_text(yaml.safe_dump(parameters, sort_keys=False), "utf-8")
    with (project.path / "conf/base/catalog.yml").open("a", encoding="utf-8") as catalog:
        catalog.write("\nwaiting:\n  type: json.JSONDataset\n  filepath: ${globals:data}/08_reporting/waiting.json\n")
    table = "[tool.kedro_modelops]\n"
    edit(project, "pyproject.toml", table, f'{table}routes = "flight_delays.routes.router"\n')
    named = ('"kedro_modelops.pipelines.outcomes"', 'f"{__package__}.pipelines.outcomes"')
    edit(project, f"{PACKAGE}/pipeline_registry.py", *named)


def edit(project: BakedProject, name: str, old: str, new: str) -> None:
    """Puts a text in the place of another, which is there once."""
    file = project.path / name
    text = file.read_text("utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), "utf-8")


@pytest.fixture(scope="module")
def extended(bake: Bake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BakedProject]:
    """The example with what a team adds, committed, after one training; a version serves."""
    project = bake().copy(tmp_path_factory.mktemp("extended"))
    project.set_up()
    before = platform(project)
    extend(project)
    project.run(".venv/bin/kedro", "dvc", "sync")
    commit(project.path, "Extend")
    project.run(".venv/bin/kedro", "run", "--env", "ci")
    champion = "import mlflow; mlflow.MlflowClient('sqlite:///build/ci/mlflow.db').set_registered_model_alias"
    project.run(".venv/bin/python", "-c", f"{champion}('flight-delays', 'champion', '1')")
    shutil.copytree(project.path / "build/ci/08_reporting", project.path / TRAINED)
    yield project
    assert platform(project) == before


def test_a_gate_a_scorer_and_a_section_stand_beside_those_of_the_plugin(extended: BakedProject) -> None:
    reports = extended.path / TRAINED
    gates = {gate["name"]: gate for gate in json.loads((reports / "gates.json").read_text("utf-8"))["gates"]}
    assert gates["alarm_rate"]["verdict"] == "passed"
    assert gates["alarm_rate"]["threshold"] == 0.9
    metrics = json.loads((reports / "metrics.json").read_text("utf-8"))
    assert -0.25 <= metrics[f"test_{SCORER}"] <= 1
    page = (reports / "report.html").read_text("utf-8")
    assert "<h2>Alarms by airport</h2>" in page
    assert "share of alarms" in page
    assert "An alarm is raised for" in page


def test_a_gate_refuses_what_breaks_its_limit(extended: BakedProject) -> None:
    done = extended.run(
        *(".venv/bin/kedro", "run", "--env", "ci", "--pipelines=evaluation", "--params=gates.alarm_rate.max_share=-1"),
        check=False,
    )
    assert done.returncode
    assert "alarm_rate: An alarm is raised for" in done.stdout


def test_stages_depend_on_what_a_team_has_added(extended: BakedProject) -> None:
    stages = yaml.safe_load((extended.path / "dvc.yaml").read_text("utf-8"))["stages"]
    assert {f"{PACKAGE}/{name}.py" for name in ("gates", "sections", "scorers")} <= set(stages["evaluation"]["deps"])
    assert f"{PACKAGE}/gates.py" not in stages["training"]["deps"]


def test_a_monitor_and_a_pipeline_of_its_own_take_part(extended: BakedProject) -> None:
    extended.run(".venv/bin/kedro", "run", "--env", "ci", "--pipelines=inference,outcomes,monitoring")
    report = json.loads((extended.path / "build/ci/08_reporting/monitoring.json").read_text("utf-8"))
    signals = {signal["name"]: signal for signal in report["signals"]}
    assert signals["strangers/carriers"]["threshold"] == 2
    assert signals[f"performance/{SCORER}"]["verdict"] == "not_judged"  # nobody has reported outcomes
    assert json.loads((extended.path / "build/ci/08_reporting/waiting.json").read_text("utf-8")) == 2


def test_paths_of_its_own_ask_for_a_key(extended: BakedProject, tmp_path: Path) -> None:
    port = free_port()
    command = (".venv/bin/kedro", "serve", "--env", "ci", "--port", port)
    with serving([extended.path / command[0], *command[1:]], extended.path, port, "/ready"):
        (key,) = re.findall(r"Bearer (\S+?)'", (extended.path / "log").read_text("utf-8"))
        asked = urllib.request.Request(f"http://127.0.0.1:{port}/desk/shift")
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(asked, timeout=600)  # noqa: S310  (of this machine)
        asked.add_header("Authorization", f"Bearer {key}")
        with urllib.request.urlopen(asked, timeout=600) as response:  # noqa: S310  (the same)
            assert json.load(response) == {"caller": "laptop", "version": "1"}


def test_an_ejected_pipeline_is_the_teams(extended: BakedProject) -> None:
    try:
        for pipeline in PIPELINES:
            told = extended.run(".venv/bin/kedro", "modelops", "eject", pipeline).stdout
            assert f"{PACKAGE}/pipelines/{pipeline} is yours now" in told
        page = f"{PACKAGE}/pipelines/evaluation/report.html.j2"
        edit(extended, page, "<title>Model report</title>", "<title>Ours</title>")
        assert page in (extended.path / "dvc.yaml").read_text("utf-8")
        extended.make("check")
        extended.run(".venv/bin/kedro", "run", "--env", "ci", "--pipelines=evaluation,inference,monitoring")
        report = (extended.path / "build/ci/08_reporting/report.html").read_text("utf-8")
        assert "<title>Ours</title>" in report
        assert "<h2>Alarms by airport</h2>" in report
    finally:
        extended.run("git", "reset", "--hard", "--quiet")
        extended.run("git", "clean", "-d", "--force", "--quiet", PACKAGE)
