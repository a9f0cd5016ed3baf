"""Which MLflow run a trained model belongs to: the one that trained it or, later, one that looked at it again."""

from pathlib import Path
from typing import Any

import mlflow
from mlflow import MlflowClient
from mlflow.entities import LoggedModelInput, LoggedModelOutput, Run
from mlflow.entities.lifecycle_stage import LifecycleStage
from mlflow.exceptions import MlflowException
from mlflow.models import Model

CONTINUES = "continues"
"""Tag of a run: the run that trained the model at which this one looks again."""
AGAIN = ", judged again"


def newest(trained_by: str) -> Run | None:
    """The newest run about the model that a run trained; None in a store that has never seen it, as a clone's own."""
    again = mlflow.search_runs(
        search_all_experiments=True,
        filter_string=f"tags.{CONTINUES} = '{trained_by}'",
        order_by=["attributes.start_time DESC"],
        max_results=1,
        output_format="list",
    )
    if again:
        return again[0]
    try:
        run = MlflowClient().get_run(trained_by)
    except MlflowException:
        return None
    return run if run.info.lifecycle_stage == LifecycleStage.ACTIVE else None


def is_open(run: Run) -> bool:
    """Whether a run may go on: what a version rests on, or a refusal, is never written over."""
    return run.data.tags.get("gates.verdict") != "failed" and not is_registered(run)


def is_registered(run: Run) -> bool:
    """Whether a version was registered from a run."""
    return bool(MlflowClient().search_model_versions(f"run_id = '{run.info.run_id}'", max_results=1))


def model_of(run: Run) -> str | None:
    """Id of the logged model that a run made or looked at; None while there is none."""
    made: list[Any] = run.outputs.model_outputs if run.outputs else []
    linked = made or ((run.inputs.model_inputs if run.inputs else None) or [])
    return linked[0].model_id if linked else None


def link(run: Run, folder: Path) -> None:
    """Links a run to the model in a folder. A store that does not have the model yet gets a copy of its files."""
    client, described = MlflowClient(), Model.load(str(folder))
    model_id = str(described.model_id)
    try:
        client.get_logged_model(model_id)
    except MlflowException:
        copy = client.create_logged_model(run.info.experiment_id, name="model", source_run_id=run.info.run_id)
        client.log_model_artifacts(copy.model_id, str(folder))
        client.finalize_logged_model(copy.model_id, "READY")
        client.log_outputs(run.info.run_id, [LoggedModelOutput(copy.model_id, step=0)])
    else:
        client.log_inputs(run.info.run_id, models=[LoggedModelInput(model_id)])


def name_after(run: Run, candidate: str, commit: str) -> None:
    """Names a run by what it trained and by the commit it came from."""
    suffix = AGAIN if CONTINUES in run.data.tags else ""
    MlflowClient().update_run(run.info.run_id, name=f"{candidate} {commit}{suffix}")
    MlflowClient().set_tag(run.info.run_id, "candidate", candidate)
