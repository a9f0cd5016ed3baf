"""Tests run `kedro` in their own process: what they have left behind does not run code within it."""

import gc

from kedro_modelops.testing.commands import garbage_kept


class Left:
    """Garbage that only the collector finds, and that says when it does."""

    def __init__(self, found: list[str]) -> None:
        self.itself, self.found = self, found

    def __del__(self) -> None:
        self.found.append("collected")


def test_garbage_is_collected_before_a_run_and_not_within_it() -> None:
    found: list[str] = []
    Left(found)
    with garbage_kept():
        assert found == ["collected"]
        Left(found)
        kept = [[] for _ in range(100_000)]
        assert (found, len(kept)) == (["collected"], 100_000)
    assert gc.isenabled()
    gc.collect()
    assert len(found) == 2
