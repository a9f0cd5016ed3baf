"""The border that every table passes: behind it a value has one form, whatever the table came from.

`schemas.py` derives each contract from `Table`. Kedro's validators, the service and the prediction store bring tables
into the form of their contract by it; what would lose something is refused, and told in a sentence.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kedro_modelops.contracts.normalization import normalize
    from kedro_modelops.contracts.table import Table

__all__ = ["Table", "normalize"]
_HOMES = {"Table": "table", "normalize": "normalization"}


def __getattr__(name: str) -> Any:
    """Imports pandas and pandera with what needs them: `kedro --help` must not wait for them."""
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
