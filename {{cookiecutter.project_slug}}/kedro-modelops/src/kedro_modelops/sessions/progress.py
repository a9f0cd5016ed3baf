"""What a run tells while it goes on: a line for each node, in place of Kedro's own for each table and node."""

import logging
import os
import time
from collections.abc import Iterator, Mapping
from typing import Any

import click
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Node, Pipeline

logger = logging.getLogger(__name__)

VERBOSE = "KEDRO_MODELOPS_VERBOSE"
"""Environment variable: what is not empty, 0 or false lets Kedro tell of each table and node too."""
TALKATIVE = ("kedro.io", "kedro.pipeline", "kedro.runner", "kedro.framework.session")
"""Loggers of Kedro that tell of each table and node; one that the logging configuration gives a level keeps it."""
MOST_FOUND = 3
"""Outputs of a node that its line tells of."""


def _set_verbose(_: click.Context, __: click.Parameter, verbose: bool) -> None:
    if verbose:
        os.environ[VERBOSE] = "1"


VERBOSE_OPTION = click.Option(
    ["--verbose"],
    is_flag=True,
    expose_value=False,
    callback=_set_verbose,
    help=f"Tell of each table that is loaded and saved, as {VERBOSE}=1 does.",
)


class Progress:
    """Tells of each node when it is done, and at the end what came out."""

    def __init__(self) -> None:
        """Starts with nothing to do."""
        self._nodes, self._done = 0, 0
        self._began: dict[str, float] = {}

    @hook_impl(tryfirst=True)
    def after_context_created(self, context: KedroContext) -> None:
        """Remembers how the project is configured, and quiets Kedro, unless somebody wants to hear it."""
        self._context = context
        verbose = os.environ.get(VERBOSE, "").lower() not in {"", "0", "false"}
        for name in TALKATIVE:
            talker = logging.getLogger(name)
            if talker.level in {logging.NOTSET, logging.WARNING}:
                talker.setLevel(logging.NOTSET if verbose else logging.WARNING)

    @hook_impl(tryfirst=True)
    def before_pipeline_run(self, pipeline: Pipeline) -> None:
        """Counts what there is to do."""
        self._nodes, self._done = len(pipeline.nodes), 0

    @hook_impl(tryfirst=True)
    def before_node_run(self, node: Node) -> None:
        """Notes when it began."""
        self._began[node.name] = time.monotonic()

    @hook_impl
    def after_node_run(self, node: Node, outputs: Mapping[str, Any]) -> None:
        """Tells what it found, and how long that took."""
        self._done += 1
        seconds = time.monotonic() - self._began.pop(node.name, time.monotonic())
        count = f"{self._done}/{self._nodes} " if self._nodes else ""  # a process of its own does not know
        told = ", ".join(list(_found(outputs))[:MOST_FOUND])
        logger.info("%s%s%s (%.1f s)", count, node.name, f": {told}" if told else "", seconds)

    @hook_impl(trylast=True)
    def after_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Tells what came out, where a model was judged or watched."""
        from kedro_modelops.sessions.run_summary import summarize_run  # noqa: PLC0415  (imports MLflow, which takes seconds)

        for line in summarize_run(pipeline.all_outputs(), catalog, self._context):
            click.echo(line)


def _found(outputs: Mapping[str, Any]) -> Iterator[str]:
    """What a line can say of outputs: how large tables are, how many parts there are, and verdicts."""
    for name, value in outputs.items():
        shape = getattr(value, "shape", None)
        if isinstance(shape, tuple) and shape:
            yield f"{name} {shape[0]:,} rows"
        elif isinstance(value, Mapping) and value and all(map(callable, value.values())):
            yield f"{name} {len(value)} parts"
        elif isinstance(value, Mapping) and isinstance(value.get("verdict"), str):
            yield f"{name} {value['verdict']}"


PROGRESS = Progress()
