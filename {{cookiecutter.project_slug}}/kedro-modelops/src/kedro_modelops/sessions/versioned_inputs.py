"""What a model is trained on is in files, so that its rows can be named by a hash and brought back."""

from collections.abc import Mapping, Sequence
from typing import Any

from kedro.framework.project import pipelines
from kedro.pipeline import Pipeline

from kedro_modelops.errors import RefusedError

MODEL = "model"
"""The dataset that a training makes."""
SNAPSHOT_OF = "snapshot_of"
"""In the `metadata` of a catalog entry: the dataset that `kedro snapshot` copies into it."""
DEFAULT, ELSEWHERE, REGISTRY = "__default__", "://", "kedro_modelops.registry"


def snapshots(entries: Mapping[str, Any]) -> dict[str, str]:
    """The datasets of a catalog that are snapshots, each with the dataset that it is taken of.

    Raises:
        RefusedError: If one is taken of something that the catalog has not.
    """
    metadata = {name: entry.get("metadata") or {} for name, entry in entries.items() if isinstance(entry, dict)}
    found = {name: str(said[SNAPSHOT_OF]) for name, said in metadata.items() if said.get(SNAPSHOT_OF)}
    for name, source in found.items():
        if source not in entries:
            msg = f"{name} in conf/base/catalog.yml is a snapshot of {source}, which the catalog has not"
            raise RefusedError(msg)
    return found


def check_versioned(entries: Mapping[str, Any], pipeline: Pipeline, names: Sequence[str] = ()) -> None:
    """Refuses to train on rows that no file of the project holds: the next query may return others.

    Args:
        entries: The catalog's, by name.
        pipeline: What is to run.
        names: Of the pipelines that it is made of.

    Raises:
        RefusedError: If it is part of a training, and begins with a query, a table of a database, or a remote file; if
            it trains on remote files alone that another pipeline has made.
    """
    training = pipelines[DEFAULT]
    if not pipeline.all_outputs() & training.all_outputs():
        return
    inputs = sorted(pipeline.inputs() & training.inputs() & entries.keys())
    for name in (name for name in inputs if isinstance(entries[name], dict) and not _in_a_file(entries[name])):
        maker = _maker(name, names)
        if not maker:
            msg = (
                f"{name} ({entries[name].get('type')}) is no file of this project: nothing would say on which rows a "
                "model was trained, and nothing could bring them back. Take a snapshot: give conf/base/catalog.yml a "
                f"dataset in a file, with `metadata: {{{SNAPSHOT_OF}: {name}}}`, let the pipeline begin with that one, "
                "and type `kedro snapshot`; docs/databases.md has an example"
            )
            raise RefusedError(msg)
        if MODEL in pipeline.all_outputs():
            msg = (
                f"{name} is no file on this disk, and DVC does not know from which rows it was made, which a model has "
                f"to say: make it in the run that trains, `--pipelines={','.join([maker, *names])}`"
            )
            raise RefusedError(msg)


def _maker(name: str, names: Sequence[str]) -> str | None:
    """The pipeline that makes a dataset, if one does; only those that were asked for are imported so far."""
    pipelines.set_requested(None)
    found = next((part for part, made in pipelines.items() if part != DEFAULT and name in made.all_outputs()), None)
    pipelines.set_requested([*names] or None)
    return found


def _in_a_file(entry: Mapping[str, Any]) -> bool:
    """Whether an entry names its rows' own place on this disk; values in the catalog and models have no need of one."""
    path, _, kind = str(entry.get("type")).rpartition(".")
    if kind in {"MemoryDataset", "SharedMemoryDataset"} or path.startswith(REGISTRY):
        return True
    if isinstance(inner := entry.get("dataset"), dict) and not entry.get("path"):
        return _in_a_file(inner)  # what caches another
    place = str(entry.get("filepath") or entry.get("path") or "")
    at_home = bool(place) and (ELSEWHERE not in place or place.startswith("file://"))
    return at_home and "Query" not in kind  # the file of a query holds no rows
