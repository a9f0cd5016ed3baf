"""Where datasets are kept: in what the catalog names, or in memory only."""

from collections.abc import Iterable, Mapping
from typing import Any

from kedro.io import CatalogConfigResolver

PREFIX = "params:"
MEMORY = {"{default}": {"type": "kedro.io.MemoryDataset"}}
"""Where Kedro keeps what the catalog does not name."""


class Homes:
    """Where datasets are kept: under their own name in the catalog, or under a pattern."""

    def __init__(self, entries: Mapping[str, Any]) -> None:
        """Takes the entries of a catalog; who may read them plays no part."""
        self._entries = entries
        self._resolver = CatalogConfigResolver(_without_credentials(entries), default_runtime_patterns=MEMORY)

    def lacking(self, names: Iterable[str]) -> list[str]:
        """Those that would be in memory only."""
        return sorted(name for name in names if not is_parameter(name) and not self._has(name))

    def _has(self, name: str) -> bool:
        resolver = self._resolver
        matched = resolver.match_dataset_pattern(name) or resolver.match_user_catch_all_pattern(name)
        return name in self._entries or bool(matched)


def is_parameter(name: str) -> bool:
    """Whether an input of a node is a parameter, or all of them."""
    return name == "parameters" or name.startswith(PREFIX)


def _without_credentials(entry: Any) -> Any:
    if not isinstance(entry, dict):
        return entry
    return {name: _without_credentials(value) for name, value in entry.items() if name != "credentials"}
