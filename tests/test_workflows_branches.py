"""What holds a secret runs on main alone: where somebody starts it elsewhere, it says so, and no such job begins."""

from pathlib import Path

import pytest

from baking import COMBINATIONS
from conftest import Bake
from expressions import Evaluator
from runner import Runner

pytestmark = pytest.mark.judge
HOLDING = {
    "train.yml": {"train", "propose"},
    "monitor.yml": {"watch", "tell"},
    "deploy.yml": {"build", "staging", "production"},
    "template-update.yml": {"merge", "propose"},
    "bump.yml": {"raise", "propose"},
}


@pytest.fixture(params=HOLDING)
def workflow(request: pytest.FixtureRequest, bake: Bake, template: Path) -> Path:
    """Each of those that hold a secret."""
    repository = template if request.param == "bump.yml" else bake(**COMBINATIONS["laptop"]).path
    return repository / ".github" / "workflows" / str(request.param)


@pytest.mark.parametrize(("ref", "version"), [("refs/heads/main/2", "challenger"), ("refs/tags/main", "rollback")])
def test_on_another_branch_it_says_so_and_no_job_begins_that_holds_a_secret(
    workflow: Path, ref: str, version: str, evaluator: Evaluator, tmp_path: Path
) -> None:
    github = {"event_name": "workflow_dispatch", "event": {"inputs": {"version": version}}}
    github |= {"ref": ref, "workflow": workflow.stem.title()}
    runner = Runner(evaluator, {}, tmp_path / "workspace", github, variables={"MLFLOW_TRACKING_URI": "https://mlflow"})
    jobs = runner.run(workflow)
    assert {job: of_name[0].result for job, of_name in jobs.items()} == {
        "elsewhere": "failure",
        **dict.fromkeys(HOLDING[workflow.name], "skipped"),
    }
    (refusal,) = jobs["elsewhere"][0].annotations("error")
    assert refusal.endswith(f"runs on main alone, not on {ref}: merge that, then start it on main.")
