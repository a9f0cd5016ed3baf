"""Figures of all workers on one page, whichever of them is asked."""

import os
import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from prometheus_client import CollectorRegistry, Metric, ProcessCollector
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.samples import Sample

FIGURES = "PROMETHEUS_MULTIPROC_DIR"
"""Folder in which prometheus_client keeps the figures of several processes; it looks there when it is imported."""
OF_ONE_PROCESS = {"process_start_time_seconds": min, "process_max_fds": max}
"""Figures of processes that are not added up."""
LIVE = re.compile(r"gauge_live[a-z]+_(\d+)\.db")
"""Files of workers that have not ended: the supervisor removes them when one has."""


def registry_of_workers(folder: Path) -> CollectorRegistry:
    """Figures of the processes that keep them in a folder of prometheus_client."""
    registry = CollectorRegistry()
    registry.register(_Workers(None, str(folder)))  # type: ignore[no-untyped-call]  # of prometheus_client
    registry.register(_Processes(folder))
    return registry


class _Workers(MultiProcessCollector):
    """What workers have counted. An information of 0 is what was so before: no figure is ever taken out of a file."""

    def collect(self) -> Iterator[Metric]:
        for metric in super().collect():  # type: ignore[no-untyped-call]  # of prometheus_client
            if metric.name.endswith("_info"):
                metric.samples = [sample for sample in metric.samples if sample.value]
            yield metric


class _Processes:
    """Memory, processor and files of the workers and their supervisor."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterator[Metric]:
        found: dict[str, list[Metric]] = {}
        for process in self._processes():
            for metric in ProcessCollector(pid=partial(int, process), registry=None).collect():
                found.setdefault(metric.name, []).append(metric)
        for metrics in found.values():
            yield _joined(metrics)

    def _processes(self) -> set[int]:
        matches = (LIVE.fullmatch(file.name) for file in self._folder.iterdir())
        return {os.getppid()} | {int(match[1]) for match in matches if match}


def _joined(metrics: Sequence[Metric]) -> Metric:
    first, sample = metrics[0], metrics[0].samples[0]
    values = [metric.samples[0].value for metric in metrics]
    first.samples = [Sample(sample.name, sample.labels, OF_ONE_PROCESS.get(sample.name, sum)(values))]
    return first
