"""What a run takes: time, processor, memory, and an estimate in money."""

import sys
import time

import psutil
from pydantic import BaseModel, NonNegativeFloat

MEASURED = ("wall_seconds", "cpu_seconds", "peak_memory_mb", "cost")
HOUR, KILO = 3600, 1024


class Prices(BaseModel, extra="forbid", frozen=True):
    """What an hour of a processor core and of a gigabyte of memory cost."""

    currency: str
    core_hour: NonNegativeFloat
    gigabyte_hour: NonNegativeFloat


class Meter:
    """Measures this process and its children from the moment it is made."""

    def __init__(self, prices: Prices) -> None:
        """Starts measuring."""
        self._prices, self._wall, self._cpu = prices, time.perf_counter(), _cpu_seconds()

    def read(self) -> dict[str, float]:
        """What was used so far, by the names of `MEASURED`: cores cost while they work, the peak of memory always."""
        wall, cpu, memory = time.perf_counter() - self._wall, _cpu_seconds() - self._cpu, _peak_memory()
        cost = (cpu * self._prices.core_hour + wall * memory / KILO * self._prices.gigabyte_hour) / HOUR
        return dict(zip(MEASURED, (wall, cpu, memory, cost), strict=True))


def total(before: dict[str, float], now: dict[str, float]) -> dict[str, float]:
    """Adds up two parts of a run, which may have been two processes; of memory, the higher peak counts."""
    added = {name: before.get(name, 0.0) + value for name, value in now.items()}
    return added | {"peak_memory_mb": max(before.get("peak_memory_mb", 0.0), now["peak_memory_mb"])}


def _cpu_seconds() -> float:
    process = psutil.Process()
    own, children = process.cpu_times(), [child.cpu_times() for child in process.children(recursive=True)]
    return float(sum(used.user + used.system for used in [own, *children]) + own.children_user + own.children_system)


def _peak_memory() -> float:
    """Megabytes, of this process alone."""
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset) / KILO**2
    import resource  # noqa: PLC0415  (Windows has none)

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (KILO**2 if sys.platform == "darwin" else KILO)
