"""What is valid JSON and yet means no one thing, or cannot be kept: names that stand twice, and U+0000."""

import codecs
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from kedro_modelops.serving.requests.types import FORMATS

UTF8_MARK = codecs.BOM_UTF8
"""Some editors and shells put it before UTF-8; RFC 8259 lets readers ignore it."""


def repeated_names(body: bytes) -> Iterator[tuple[int | None, str]]:
    """Names that stand twice in an object, of which parsers keep one value without a word.

    Args:
        body: A request that keeps its contract otherwise.

    Yields:
        The row (None outside of rows), and the name.
    """
    found: list[tuple[int, str]] = []

    def note(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            counts = Counter(name for name, _ in pairs)
            found.extend((id(made), name) for name, count in counts.items() if count > 1)
        return made

    payload = json.loads(body, object_pairs_hook=note)
    if found:
        rows = next(payload[name] for name in FORMATS if name in payload)
        numbers = {id(row): number for number, row in enumerate(rows)}
        yield from ((numbers.get(made), name) for made, name in found)


def repeated_columns(payload: dict[str, Any]) -> list[str]:
    """Columns that `dataframe_split` names twice."""
    counts = Counter(payload.get("dataframe_split", {}).get("columns", ()))
    return [name for name, count in counts.items() if count > 1]


def nul_characters(body: bytes, rows: Sequence[dict[str, Any]]) -> Iterator[tuple[int, str]]:
    """Rows and columns whose text has the character U+0000: PostgreSQL keeps none, or cannot search what it keeps."""
    if b"\\u0000" in body:
        for number, row in enumerate(rows):
            yield from ((number, name) for name, value in row.items() if isinstance(value, str) and "\0" in value)
