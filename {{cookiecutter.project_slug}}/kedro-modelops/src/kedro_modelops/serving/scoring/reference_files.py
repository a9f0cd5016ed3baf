"""Files of what rows are completed with: in a bundle, or written later for a service that runs."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from kedro_modelops.errors import RefusedError

TABLE, FORM, SHA = "reference.csv.gz", "reference.json", "sha256"
TIMES = ("datetime", "timedelta")
"""Beginnings of types that `read_csv` does not make."""


@dataclass(frozen=True)
class Form:
    """Names of a table's index, and the types of index and columns by name."""

    index: list[str]
    types: dict[str, str]


def write_table(table: pd.DataFrame, file: Path) -> None:
    """Writes CSV, as Parquet needs a large library where it is read; it takes its place when it is whole."""
    part = file.with_name(f".{file.name}.part")
    _flat(table).to_csv(part, index=False, compression={"method": "gzip", "mtime": 0})
    part.replace(file)


def read_table(file: Path, form: Form) -> pd.DataFrame:
    """Reads what `write_table` wrote of a table of this form; ValueError if it has other columns or types."""
    found = set(map(str, pd.read_csv(file, nrows=0, compression="gzip")))
    if other := sorted(found ^ set(form.types)):
        told = ", ".join(f"'{name}' is {'unknown' if name in found else 'missing'}" for name in other)
        msg = f"its columns are not those of the table that came with the model: {told}"
        raise ValueError(msg)
    types: dict[Any, Any] = {name: kind for name, kind in form.types.items() if not kind.startswith(TIMES)}
    table = pd.read_csv(
        file,
        dtype=types,
        keep_default_na=False,
        na_values=[""],
        float_precision="round_trip",
        compression="gzip",
    ).astype(form.types)
    return table.set_index(form.index) if form.index else table


def form_of(table: pd.DataFrame) -> Form:
    """The form of a table."""
    index = [str(name) for name in table.index.names if name is not None]
    return Form(index, {str(name): str(kind) for name, kind in _flat(table.head(1)).dtypes.items()})


def write_reference(table: pd.DataFrame, folder: Path) -> None:
    """Writes a table into a bundle, with its form and a hash."""
    write_table(table, folder / TABLE)
    known = {**asdict(form_of(table)), SHA: _hash(folder / TABLE)}
    (folder / FORM).write_text(json.dumps(known), encoding="utf-8")


def read_reference(folder: Path) -> pd.DataFrame | None:
    """What rows are completed with, from a bundle; None if it has nothing of the kind.

    Raises:
        RefusedError: If it was changed since.
    """
    if not (folder / TABLE).exists():
        return None
    known = json.loads((folder / FORM).read_text(encoding="utf-8"))
    if known.pop(SHA, None) != _hash(folder / TABLE):
        msg = f"{folder / TABLE} is not what was written: write the bundle again with `kedro model bundle`"
        raise RefusedError(msg)
    return read_table(folder / TABLE, Form(**known))


def _flat(table: pd.DataFrame) -> pd.DataFrame:
    """A table whose index, unless it only counts rows, is in columns."""
    return table.reset_index(drop=table.index.names == [None])


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
