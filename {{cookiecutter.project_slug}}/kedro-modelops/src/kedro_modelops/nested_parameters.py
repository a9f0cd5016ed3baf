"""Parameters as files nest them, by the names under which people know them."""

from collections.abc import Iterator
from typing import Any

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""PyYAML's own is ten times as slow as libyaml's, which not every PyYAML has."""


def read_yaml(text: str) -> Any:
    """What YAML says: plain values, and nothing that runs."""
    return yaml.load(text, Loader=LOADER)  # noqa: S506  (both are safe loaders)


def by_full_name(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Parameters by their full names, such as `gates.floor.minimum`; a group without any is a value itself.

    Args:
        value: A group, or a value.
        name: Of it.
    """
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from by_full_name(inner, f"{name}.{key}" if name else str(key))
    else:
        yield name, value
