"""Tests that look at one training are slow and, with pytest-xdist, run in one process: it trains once."""

from pathlib import Path
from typing import Any

import pytest

TRAINED = ("test_gates", "test_run", "test_same_features")
"""Files whose tests look at what one training has left."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what waits for the training."""
    for item in items:
        if "trained" in getattr(item, "fixturenames", []):
            item.add_marker("slow")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Gives files to processes one by one, but those of the training together."""
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415  (who runs in one process may do without it)

    class Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return "trained" if Path(file).stem in TRAINED else file

    return Scheduling(config, log)
