"""What happens around each Kedro run: tracking, and no half-written output."""

import time
from functools import partial
from pathlib import Path
from typing import Any

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines
from kedro.io import DataCatalog
from kedro.pipeline import Node, Pipeline

from kedro_modelops.contracts.explanations import locate
from kedro_modelops.errors import RefusedError
from kedro_modelops.models.class_paths import GUARDED, parameter_names, sets_packages
from kedro_modelops.sessions.outputs import Outputs, location, recover
from kedro_modelops.sessions.versioned_inputs import MODEL
from kedro_modelops.stages.dvc_lock import record

SEARCH = "compare_candidates"
VERSION = "registered_version"
SERVING = "serving_model"


class Rehearsal:
    """Tries each candidate on a few rows before the search, whose hours would be lost otherwise."""

    @hook_impl(tryfirst=True)  # before tracking, which keeps a run in which something began
    def before_node_run(self, node: Node, catalog: DataCatalog, inputs: dict[str, Any]) -> None:
        """Refuses what would fail after the search."""
        if node.name != SEARCH or MODEL not in catalog:
            return
        from kedro_modelops.pipelines.training import rehearsal  # noqa: PLC0415  (imports scikit-learn, which takes seconds)

        table, problem, training = (inputs[name] for name in ("train_set", "params:problem", "params:training"))
        model: Any = catalog[MODEL]
        rehearsal.rehearse(table, problem, training, list(catalog.load("params:evaluation.metrics")), model.format)


class TrackingHooks:
    """Opens an MLflow run around whatever trains, judges or registers a model."""

    def __init__(self) -> None:
        """Starts with nothing open."""
        self._tracking = False
        self._outputs = Outputs()

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Remembers where the project is and how it is configured; which code may run is not for a run to say."""
        if any(sets_packages(name) for name in parameter_names(getattr(context.config_loader, "runtime_params", None))):
            msg = f"{GUARDED} says which code may run: it stands in conf/, and no run, dispatch or tag can change it"
            raise RefusedError(msg)
        self._context, self._at = context, time.time()

    @hook_impl
    def before_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Starts a run where a model is trained, and goes on with the model's where it is judged or registered."""
        self._catalog, self._began = catalog, False
        judged = {name for name in pipeline.all_outputs() if self._evidence(name) not in {None, "candidates"}}
        self._tracking = bool({MODEL, VERSION} & pipeline.datasets()) or (
            bool(judged) and MODEL in catalog and catalog.exists(MODEL)
        )
        own = pipeline.datasets() if self._tracking else pipeline.all_outputs()  # a training may be writing the others
        recover(catalog[name] for name in sorted(own) if name in catalog)
        if not self._tracking and SERVING not in pipeline.inputs():
            return
        from kedro_modelops.tracking import continuation, dataset_logging, processes, runs  # noqa: PLC0415  (imports MLflow, which takes seconds)

        project, config = Path(self._context.project_path), self._context.config_loader
        runs.connect(config["mlflow"], project)
        if not self._tracking:
            return
        processes.close_dead(config["mlflow"]["experiment"])
        if MODEL in pipeline.all_outputs():
            inputs = [location(catalog[name]) for name in sorted(pipelines["__default__"].inputs()) if name in catalog]
            runs.start(project, config, [path for path in inputs if path and path.exists()])
            return
        started = continuation.resume(catalog[MODEL], config["parameters"])
        self._began = not started
        if started:
            found_before = set(config["catalog"]) - pipeline.all_outputs()
            dataset_logging.take_over(
                (kind, partial(catalog.load, name), catalog[name])
                for name in sorted(found_before)
                if name in catalog and (kind := self._evidence(name))
            )

    def _evidence(self, name: str) -> str | None:
        """How a dataset goes to the run, if it does."""
        kind: str | None = (getattr(self._catalog.get(name), "metadata", None) or {}).get("mlflow")
        return kind

    @hook_impl
    def before_node_run(self, node: Node) -> None:
        """Notes that something begins of which the run has to tell."""
        self._began |= MODEL in node.outputs or any(self._evidence(name) for name in node.outputs)

    @hook_impl
    def before_dataset_saved(self, dataset_name: str) -> None:
        """Lets the dataset be written beside what the last run left."""
        self._outputs.begin(dataset_name, self._catalog[dataset_name])

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any) -> None:
        """Puts what was written into its place; what the catalog marks with `metadata.mlflow` goes to the run too."""
        self._outputs.finish(dataset_name)
        kind = self._evidence(dataset_name)
        if self._tracking and kind:
            from kedro_modelops.tracking import dataset_logging  # noqa: PLC0415  (imports MLflow, which takes seconds)

            dataset_logging.log_saved(kind, data, self._catalog[dataset_name])

    @hook_impl
    def after_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Closes the run, says which partitions were left out of what is done, and tells DVC what ran."""
        self._finish("FINISHED")
        written = [catalog[name] for name in sorted(pipeline.all_outputs()) if name in catalog]
        for left_out in filter(None, (getattr(dataset, "left_out", None) for dataset in written)):
            from kedro_modelops.predictions.partitions import raise_left_out  # noqa: PLC0415  (imports pandas, which takes a second)

            raise_left_out(left_out)
        project, ran = Path(self._context.project_path), {node.name for node in pipeline.nodes}
        record(project, self._context.config_loader, ran, self._at)

    @hook_impl
    def on_pipeline_error(self, error: BaseException, catalog: DataCatalog) -> None:
        """Closes the run as failed or as killed, names the file at fault, and removes what was half written."""
        self._outputs.abandon()
        locate(error, catalog)
        self._finish("FAILED" if isinstance(error, Exception) else "KILLED")

    def _finish(self, status: str) -> None:
        if self._tracking:
            from kedro_modelops.tracking import runs  # noqa: PLC0415  (imports MLflow, which takes seconds)

            runs.finish(status, empty=not self._began)


tracking_hooks, rehearsal_hooks = TrackingHooks(), Rehearsal()
