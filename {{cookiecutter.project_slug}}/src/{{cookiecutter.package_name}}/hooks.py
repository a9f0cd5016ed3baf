"""What happens around each Kedro run: tracking, and no half-written output."""

import shutil
from pathlib import Path
from typing import Any

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from .explanations import locate

MODEL = "model"
VERSION = "registered_version"
SERVING = "serving_model"
KEEPS = "keeps_what_is_written"
"""Says a dataset that writes nothing by halves."""


class ProjectHooks:
    """Opens an MLflow run around whatever trains, judges or registers a model."""

    def __init__(self) -> None:
        """Starts with nothing open."""
        self._tracking = False
        self._saving: str | None = None

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Remembers where the project is and how it is configured."""
        self._context = context

    @hook_impl
    def before_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Starts a run where a model is trained, and goes on with the model's run where it is judged or registered."""
        self._catalog, self._saving = catalog, None
        self._tracking = bool({MODEL, VERSION} & pipeline.datasets())
        if not self._tracking and SERVING not in pipeline.inputs():
            return
        from .mlops import tracking  # noqa: PLC0415  (imports MLflow, which takes seconds)

        project, config = Path(self._context.project_path), self._context.config_loader
        tracking.connect(config["mlflow"], project)
        if not self._tracking:
            return
        if MODEL in pipeline.all_outputs():
            inputs = [_location(catalog, name) for name in sorted(pipelines["__default__"].inputs()) if name in catalog]
            tracking.start(project, config, [path for path in inputs if path.exists()])
        else:
            tracking.resume(_location(catalog, MODEL), config["parameters"])

    @hook_impl
    def before_dataset_saved(self, dataset_name: str) -> None:
        """Remembers what is being written."""
        self._saving = dataset_name

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any) -> None:
        """Sends what the catalog marks with `metadata.mlflow` to the run."""
        self._saving = None
        kind = (getattr(self._catalog[dataset_name], "metadata", None) or {}).get("mlflow")
        if self._tracking and kind:
            from .mlops import saved  # noqa: PLC0415  (imports MLflow, which takes seconds)

            saved.log_saved(kind, data, _location(self._catalog, dataset_name))

    @hook_impl
    def after_pipeline_run(self) -> None:
        """Closes the run."""
        self._finish("FINISHED")

    @hook_impl
    def on_pipeline_error(self, error: Exception, catalog: DataCatalog) -> None:
        """Closes the run as failed, names the file at fault, and removes what was half written."""
        locate(error, catalog)
        if self._saving and not getattr(self._catalog[self._saving], KEEPS, False):
            half_written = _location(self._catalog, self._saving)
            if half_written.exists():
                shutil.rmtree(half_written) if half_written.is_dir() else half_written.unlink()
        self._finish("FAILED")

    def _finish(self, status: str) -> None:
        if self._tracking:
            from .mlops import tracking  # noqa: PLC0415  (imports MLflow, which takes seconds)

            tracking.finish(status)


def _location(catalog: DataCatalog, name: str) -> Path:
    """The file or folder of a dataset; one that is nowhere for a dataset in memory."""
    dataset = catalog[name]
    return Path(str(getattr(dataset, "_filepath", None) or getattr(dataset, "_path", None)))
