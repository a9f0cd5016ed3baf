"""One run at a time writes to a folder, and one that is interrupted is closed as one that fails."""

import signal
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from kedro_modelops.contracts.explanations import Explained

if TYPE_CHECKING:
    from filelock import FileLock

TAKEN_IN = "ingested"
"""What is trained on next: it must not change while a model is trained."""


class Terminated(KeyboardInterrupt):
    """SIGTERM, where Ctrl-C raises KeyboardInterrupt."""


class Exclusive:
    """Holds a lock while pipelines run: one for trainings and their data, one for what uses a trained model."""

    def __init__(self) -> None:
        """Starts with nothing to hold."""
        self._lock: FileLock | None = None
        self._run: dict[str, Any] = {}

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Remembers where the project is and how it is configured."""
        self._context = context

    @hook_impl(tryfirst=True)
    def before_pipeline_run(self, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Waits until no other run writes the same."""
        from kedro_modelops.sessions.folder_lock import acquire  # noqa: PLC0415  (kedro --help does not need it)

        self.release()
        trains = pipeline.all_outputs() & (pipelines["__default__"].all_outputs() | {TAKEN_IN})
        stated = str(dict(self._context.config_loader["globals"]).get("data", "data"))
        data = "data" if "://" in stated else stated  # a lock is of this folder, wherever its data are
        name = "training" if trains else "operation"
        self._lock = acquire(Path(self._context.project_path, data, f".{name}.lock"))
        self._run = {"run_params": run_params, "pipeline": pipeline, "catalog": catalog}

    @hook_impl(wrapper=True)
    def after_pipeline_run(self) -> Generator[None, Any, Any]:
        """Lets go, when all other hooks are done."""
        try:
            return (yield)
        finally:
            self.release()

    @hook_impl(wrapper=True)
    def on_pipeline_error(self) -> Generator[None, Any, Any]:
        """Lets go, when all other hooks are done."""
        try:
            return (yield)
        finally:
            self.release()

    def interrupt(self, error: BaseException) -> bool:
        """Tells all hooks of an interrupt as of an error, which Kedro does not; whether a pipeline was running."""
        if not self._run:
            return False
        self._context._hook_manager.hook.on_pipeline_error(error=error, **self._run)
        return True

    def release(self) -> None:
        """Lets go."""
        self._run = {}
        if self._lock:
            self._lock.release()
            self._lock = None


EXCLUSIVE = Exclusive()


class ExclusiveCommand(Explained):
    """A command that runs pipelines, and can be interrupted."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command."""
        if (source := ctx.params.get("conf_source")) and Path(source).exists():
            ctx.params["conf_source"] = str(Path(source).resolve())
        try:
            with _terminable():
                return super().invoke(ctx)
        except KeyboardInterrupt as error:
            began = EXCLUSIVE.interrupt(error)
            outcome = "the run in MLflow is closed as killed, nothing is left half written" if began else "nothing ran"
            click.echo(f"Interrupted: {outcome}.", err=True)
            ctx.exit(128 + (signal.SIGTERM if isinstance(error, Terminated) else signal.SIGINT))
        finally:
            EXCLUSIVE.release()


@contextmanager
def _terminable() -> Iterator[None]:
    def stop(*_: Any) -> None:
        raise Terminated

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
