"""All gates, in the order in which a reader wants to know."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from kedro_modelops.extensions.team_class import of_team
from kedro_modelops.gates.behaviour import Behaviour
from kedro_modelops.gates.disjoint import Disjoint
from kedro_modelops.gates.gate import Evidence, Gate, Verdict
from kedro_modelops.gates.groups import Fairness, Slices
from kedro_modelops.gates.integrity import Contract, Leak, Lineage
from kedro_modelops.gates.quality import Baseline, Calibration, Coverage, Floor, Overfit
from kedro_modelops.gates.rival import NotWorseThanChampion


class Gates(BaseModel, extra="allow", frozen=True):
    """The gates with their settings; none can be left out, and who switches one off does so in plain sight.

    Beside them stand those of the team's own, by whatever name, each with its `class`: a `Gate` of the team's package.
    """

    __pydantic_extra__: dict[str, Annotated[Gate, BeforeValidator(of_team(Gate))]] = Field(init=False)

    floor: Floor
    baseline: Baseline
    champion: NotWorseThanChampion
    overfit: Overfit
    calibration: Calibration
    coverage: Coverage
    slices: Slices
    fairness: Fairness
    behaviour: Behaviour
    disjoint: Disjoint
    leak: Leak
    contract: Contract
    lineage: Lineage

    def judge(self, evidence: Evidence) -> dict[str, Any]:
        """Asks each gate.

        Returns:
            `run`, the MLflow run of the model; `verdict`, `passed` or `failed`; the names of the gates that `failed`,
            were `not_judged` or are `switched_off`; and of each of the `gates` its `name`, `verdict`, `sentence`,
            `measured`, `rule`, `threshold`, and whether it is `enabled`.
        """
        found = {name: gate.judge(evidence) for name, gate in self._gates()}
        failed = [name for name, judgement in found.items() if judgement.verdict == Verdict.FAILED]
        return {
            "run": evidence.lineage.get("mlflow.run"),
            "verdict": str(Verdict.FAILED if failed else Verdict.PASSED),
            "failed": failed,
            "not_judged": [name for name, judgement in found.items() if judgement.verdict == Verdict.NOT_JUDGED],
            "switched_off": [name for name, judgement in found.items() if not judgement.enabled],
            "gates": [{"name": name} | asdict(judgement) for name, judgement in found.items()],
        }

    def _gates(self) -> Iterator[tuple[str, Gate]]:
        return ((name, getattr(self, name)) for name in (*type(self).model_fields, *self.__pydantic_extra__))
