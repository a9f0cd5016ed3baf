"""A trace of each Kedro run: a span of the run, and below it one of each node."""

import os
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any

from kedro.framework.hooks import hook_impl
from kedro.pipeline import Node

from kedro_modelops.telemetry import export

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

RUN, SERVICE = "kedro run", "pipelines"


class RunSpans:
    """Begins and ends spans; a run goes on with the trace that the variable TRACEPARENT names, as that of a CI job."""

    def __init__(self) -> None:
        """Starts with nothing open."""
        self._run: Any = None
        self._open: dict[str, AbstractContextManager[Any]] = {}

    @hook_impl
    def after_context_created(self) -> None:
        """Starts the export, where it is wanted."""
        export.start(SERVICE)

    @hook_impl(trylast=True)  # of what is refused before, Kedro does not tell that it has ended
    def before_pipeline_run(self, run_params: dict[str, Any]) -> None:
        """Begins the span of the run; parameters, which may hold anything, are not noted."""
        if "TRACES" in export.wanted():
            from opentelemetry import propagate, trace  # noqa: PLC0415  (where nobody wants traces, nothing is imported)

            caller = propagate.extract({"traceparent": os.environ.get("TRACEPARENT", "")})
            pipelines = list(run_params.get("pipeline_names") or ["__default__"])
            opened = self._begin(RUN, caller, {"kedro.pipelines": pipelines, "kedro.env": run_params.get("env") or ""})
            self._run = trace.set_span_in_context(opened)

    @hook_impl(tryfirst=True)
    def before_node_run(self, node: Node) -> None:
        """Begins the span of a node."""
        if self._run is not None:
            self._begin(node.name, self._run)

    @hook_impl(trylast=True)
    def after_node_run(self, node: Node) -> None:
        """Ends it."""
        self._end(node.name)

    @hook_impl(trylast=True)
    def on_node_error(self, error: Exception, node: Node) -> None:
        """Ends it as failed."""
        self._end(node.name, error)

    @hook_impl(wrapper=True)
    def after_pipeline_run(self) -> Generator[None, Any, Any]:
        """Ends the span of the run, as failed if one of the other hooks refuses what came out."""
        try:
            result = yield
        except BaseException as error:
            self._end_all(error)
            raise
        self._end_all()
        return result

    @hook_impl(wrapper=True)
    def on_pipeline_error(self, error: BaseException) -> Generator[None, Any, Any]:
        """Ends as failed what is open."""
        try:
            return (yield)
        finally:
            self._end_all(error)

    def _begin(self, name: str, parent: Any, attributes: Mapping[str, Any] | None = None) -> Any:
        from kedro_modelops.telemetry.spans import span  # noqa: PLC0415  (as above)

        self._open[name] = span(name, parent, attributes)
        return self._open[name].__enter__()

    def _end(self, name: str, error: BaseException | None = None) -> None:
        if opened := self._open.pop(name, None):
            opened.__exit__(type(error) if error else None, error, error.__traceback__ if error else None)

    def _end_all(self, error: BaseException | None = None) -> None:
        for name in [*self._open][::-1]:
            self._end(name, error)
        self._run = None
        export.flush()


RUN_SPANS = RunSpans()
