"""Goes on with the MLflow run of a model, or starts one that continues it."""

import logging
from pathlib import Path
from typing import Any

import mlflow
from mlflow.entities import Run
from mlflow.models import Model

from kedro_modelops.errors import RefusedError
from kedro_modelops.registry.model_registry import LINEAGE, lineage_in
from kedro_modelops.sessions.local_copies import address, local_copy
from kedro_modelops.tracking import attempts
from kedro_modelops.tracking.parameters import flat, log_parameters
from kedro_modelops.tracking.runs import active_run, open_run, start_meter

logger = logging.getLogger(__name__)


def resume(model: Any, parameters: dict[str, Any]) -> bool:
    """Goes on with the newest run about a model, or starts one that continues it.

    A run that a version was registered from, or that a gate refused, is closed for good; and the store of another
    clone has never seen the run. Parameters changed since then become tags: MLflow's are final.

    Args:
        model: The dataset that holds it.
        parameters: Of the project, as they are now.

    Returns:
        Whether a run was started, which has nothing of what was found about the model before.

    Raises:
        RefusedError: If there is no model.
    """
    if not model.exists():
        msg = f"there is no model in {address(model)}: run the pipeline training first, or `dvc pull` for the last one"
        raise RefusedError(msg)
    with local_copy(model) as folder:
        return _resume(folder, parameters)


def _resume(model: Path, parameters: dict[str, Any]) -> bool:
    meter, described, now = start_meter(parameters), Model.load(str(model)), dict(flat(parameters))
    before = attempts.newest(described.run_id)
    again = before is None or not attempts.is_open(before)
    if before and not again:
        run = open_run(meter, run_id=before.info.run_id)
    else:
        origin = lineage_in(before.data.tags) if before else (described.metadata or {}).get("lineage", {})
        tags = {f"{LINEAGE}{name}": value for name, value in origin.items()}
        run = open_run(meter, run_name=_again(before), tags=tags | {attempts.CONTINUES: described.run_id})
        attempts.link(run, model)
        logger.info("%s continues the run %s, which is closed or of another store", run.info.run_name, described.run_id)
        if before:
            log_parameters(before.data.params)
            run = active_run()
    changed = {name: value for name, value in now.items() if run.data.params.get(name, value) != value}
    mlflow.set_tags({f"changed.{name}": value for name, value in changed.items()})
    log_parameters({name: value for name, value in now.items() if name not in run.data.params})
    return again


def _again(before: Run | None) -> str:
    return f"{(before.info.run_name if before else 'model').removesuffix(attempts.AGAIN)}{attempts.AGAIN}"
