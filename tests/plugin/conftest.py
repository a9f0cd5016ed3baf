"""What the plugin's tests share: they run in a baked project, with its Python (tests/test_plugin.py)."""

from typing import Any

import numpy as np
import pytest

pytest_plugins = ["kedro_modelops.testing.project", "service", "collector"]
BEGINNINGS: dict[int, dict[str, Any]] = {}
"""State of each module's generators before its first test."""


@pytest.fixture(autouse=True)
def _draws_follow_no_order(request: pytest.FixtureRequest) -> None:
    """A test draws the same numbers whichever ran before it."""
    for generator in vars(request.module).values():
        if isinstance(generator, np.random.Generator):
            states = generator.bit_generator
            states.state = BEGINNINGS.setdefault(id(generator), states.state)
