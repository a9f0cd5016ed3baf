"""Writes what a query returned into a file that DVC versions; its pointer says query, time and number of rows."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from kedro.io import DataCatalog, DatasetError

from kedro_modelops.errors import RefusedError
from kedro_modelops.sessions.outputs import Outputs, location
from kedro_modelops.snapshots.databases import name_database


class Snapshot(NamedTuple):
    """What was taken: the file, its rows, and whether they differ from those of the last snapshot."""

    file: Path
    rows: int
    changed: bool


def take(project: Path, catalog: DataCatalog, name: str, source: str) -> Snapshot:
    """Loads a dataset from where it is, judges it by the snapshot's contract, and keeps it.

    Args:
        project: Root folder.
        catalog: With both datasets.
        name: The dataset to write: a file on this disk, under its contract if it has one.
        source: The dataset to read, such as a `pandas.SQLQueryDataset`.

    Raises:
        RefusedError: If nothing came, or the snapshot is no file on this disk. The last snapshot stays.
        DatasetError: If the source cannot be read.
    """
    file = location(catalog[name])
    if file is None:
        msg = f"{name} is to be a snapshot, but is no file on this disk, which DVC could keep: give it a filepath"
        raise RefusedError(msg)
    taken_at = datetime.now(UTC)
    try:
        rows = catalog.load(source)
    except DatasetError as error:
        name_database(error, catalog)
        raise
    if len(rows) == 0:
        msg = f"{source} returned no rows: {file.as_posix()} stays as it is"
        raise RefusedError(msg)
    outputs = Outputs()
    outputs.begin(name, catalog[name])
    try:
        catalog.save(name, rows)
        outputs.finish(name)
    finally:
        outputs.abandon()
    said = {"query": query_of(catalog[source]), "taken_at": taken_at.isoformat(timespec="seconds"), "rows": len(rows)}
    return Snapshot(file, len(rows), keep(project, project / file, said))


def query_of(dataset: Any) -> str:
    """What was asked for: a query, or a table's name."""
    asked = getattr(dataset, "_load_args", None) or {}
    if text := asked.get("sql") or asked.get("table_name"):
        return str(text)
    file = location(dataset)
    return file.read_text(encoding="utf-8").strip() if file else type(dataset).__name__


def keep(project: Path, file: Path, said: dict[str, Any]) -> bool:
    """Gives a file to DVC, and writes into its pointer where it came from; whether its content is another."""
    from dvc.repo import Repo  # noqa: PLC0415  (half a second's import)

    with Repo(str(project)) as repo:
        known = {out.fs_path: out.hash_info.value for out in repo.index.outs}
        (stage,) = repo.add(str(file))
        (out,) = stage.outs
        changed = bool(known.get(out.fs_path) != out.hash_info.value)
        if changed or not out.annot.meta:
            out.annot.meta = said
            stage.dump()
    return changed
