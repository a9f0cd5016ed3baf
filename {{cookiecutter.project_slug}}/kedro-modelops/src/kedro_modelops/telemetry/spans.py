"""Spans of what is done; they record nothing as long as `export` has started nothing."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Span, StatusCode

TRACER = trace.get_tracer("kedro_modelops")


def current_trace() -> str | None:
    """Id of the trace in which this code runs, as W3C writes it; None outside of one."""
    context = trace.get_current_span().get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else None


@contextmanager
def span(name: str, parent: Context, attributes: Mapping[str, Any] | None = None) -> Iterator[Span]:
    """A span; of an error its kind is noted, and not its message, which may hold what somebody sent."""
    with TRACER.start_as_current_span(
        name, parent, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as opened:
        try:
            yield opened
        except BaseException as error:
            opened.set_attribute("error.type", type(error).__qualname__)
            opened.set_status(StatusCode.ERROR)
            raise


@contextmanager
def step(name: str, requests: Iterable[Span | None]) -> Iterator[None]:
    """What is done for some requests at once: a span below that of each; None stands for one that is not recorded."""
    with ExitStack() as stack:
        for request in filter(None, requests):
            stack.enter_context(span(name, trace.set_span_in_context(request)))
        yield
