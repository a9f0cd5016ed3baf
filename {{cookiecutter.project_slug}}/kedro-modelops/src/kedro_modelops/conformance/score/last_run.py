"""What points look at: what the last run left, the version that it registered, and outcomes of tests."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd
import yaml
from kedro.io import DataCatalog, DatasetError
from mlflow.entities import Run
from mlflow.entities.model_registry import ModelVersion

from kedro_modelops.conformance.conventions import RULES
from kedro_modelops.conformance.platform_rules import gates_on
from kedro_modelops.conformance.project_facts import ProjectFacts
from kedro_modelops.conformance.rule import judge
from kedro_modelops.conformance.score.outcomes import Outcomes, read_outcomes
from kedro_modelops.project_settings import team_package
from kedro_modelops.registry import model_registry
from kedro_modelops.roles import Roles
from kedro_modelops.tracking.runs import connect


class NotProvenError(Exception):
    """Raised where a point cannot be given; it says why, and what to do."""


@dataclass(frozen=True)
class Proof:
    """Why a point is given: a sentence, and what was measured, for programs."""

    sentence: str
    measured: dict[str, Any] = field(default_factory=dict)


def require(holds: object, sentence: str) -> None:
    """Raises NotProvenError with the sentence, unless something holds."""
    if not holds:
        raise NotProvenError(sentence)


class Evidence(ProjectFacts):
    """A project after `kedro run`."""

    @cached_property
    def package(self) -> str:
        """The team's."""
        return team_package()

    def load(self, name: str) -> Any:
        """A dataset of the catalog, which has been made."""
        require(name in self.catalog, f"conf/base/catalog.yml has no {name}")
        try:
            require(self.exists(name), f"there is no {name} yet: `make run` makes it")
            return DataCatalog.from_config({name: self.catalog[name]}).load(name)
        except DatasetError as error:
            msg = f"{name} cannot be read: {str(error).splitlines()[0]}. `make run` makes it anew"
            raise NotProvenError(msg) from error

    def exists(self, name: str) -> bool:
        """Whether a dataset has been made."""
        return name in self.catalog and DataCatalog.from_config({name: self.catalog[name]}).exists(name)

    def signals(self, kind: str) -> list[dict[str, Any]]:
        """What monitoring said last of a kind of signals; nothing where it has not looked yet."""
        said = self.load("monitoring")["signals"] if self.exists("monitoring") else []
        return [signal for signal in said if signal["name"].partition("/")[0] == kind]

    @cached_property
    def roles(self) -> Roles:
        """Of the columns."""
        return Roles.model_validate(self.parameters["problem"])

    @cached_property
    def train_set(self) -> pd.DataFrame:
        """What the model was fitted on."""
        return pd.DataFrame(self.load("train_set"))

    @cached_property
    def test_set(self) -> pd.DataFrame:
        """What it has not seen."""
        return pd.DataFrame(self.load("test_set"))

    @cached_property
    def model(self) -> Any:
        """The fitted pipeline."""
        return self.load("model")

    @property
    def scoring(self) -> str:
        """Name of the primary scorer."""
        return str(self.parameters["training"]["scoring"])

    @cached_property
    def version(self) -> ModelVersion:
        """The registered version that the last run led to."""
        connect(dict(self.configuration()["mlflow"]), self.project)
        noted = self.load("registered_version")
        return model_registry.find(noted["name"], str(noted["version"]))

    @cached_property
    def run(self) -> Run:
        """The MLflow run that led to it."""
        return model_registry.run_of(self.version)

    @property
    def lineage(self) -> dict[str, str]:
        """Of that version."""
        return model_registry.lineage_in(self.version.tags)

    @cached_property
    def outcomes(self) -> Outcomes:
        """Of the tests that points rest on, as the project is now; they are run if need be."""
        return read_outcomes(self.project, self.package, self.files)

    def require_rule(self, name: str) -> None:
        """Raises NotProvenError where a convention is broken."""
        (rule,) = (rule for rule in RULES if rule.name == name)
        found = judge(rule, self, {}).findings
        require(not found, "; ".join(finding.sentence for finding in found))

    def require_gate(self, name: str) -> dict[str, Any]:
        """What a gate said in the last run; NotProvenError if it is off, has not judged, or has refused."""
        off = [finding.sentence for finding in gates_on(self) if finding.subject.endswith(f"gates.{name}")]
        require(not off, "; ".join(off))
        found: dict[str, Any] = next((gate for gate in self.load("gates")["gates"] if gate["name"] == name), {})
        require(found.get("enabled"), f"the gate {name} was switched off, or not there, in the last run")
        require(found["verdict"] == "passed", f"the gate {name}, {found['verdict']}: {found['sentence']}")
        return found

    def workflow(self, name: str) -> dict[Any, Any]:
        """One of `.github/workflows`."""
        found = yaml.safe_load(self.text(f".github/workflows/{name}"))
        require(isinstance(found, dict), f".github/workflows/{name} is missing")
        return dict(found)

    def commands(self, name: str, job: str = "") -> str:
        """What a workflow, or one of its jobs, runs."""
        jobs = self.workflow(name).get("jobs", {})
        steps = [step for title, one in jobs.items() if job in {"", title} for step in one.get("steps", [])]
        return "\n".join(str(step.get("run", "")) for step in steps)

    def require_schedule(self, name: str, command: str) -> None:
        """Raises NotProvenError unless a workflow runs a command by itself."""
        workflow = self.workflow(name)
        schedule = (workflow.get("on") or workflow.get(True) or {}).get("schedule")
        require(schedule and command in self.commands(name), f"{name} does not run `{command}` by a schedule")
