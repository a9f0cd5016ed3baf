"""Copies of registered versions, for a place that cannot reach the registry, such as an image."""

import hashlib
import json
from pathlib import Path

import mlflow

from ..errors import RefusedError
from .registry import RegisteredModel, digest, find, lineage_in, run_of

COPY = "version.json"


def export(name: str, wanted: str, folder: Path) -> None:
    """Writes a copy of a version, with its lineage and a seal.

    Raises:
        RefusedError: If there is no such version, or if there is something in the folder.
    """
    version = find(name, wanted)
    if folder.exists() and any(folder.iterdir()):
        msg = f"{folder} is not empty: name another folder, or empty it"
        raise RefusedError(msg)
    mlflow.artifacts.download_artifacts(f"models:/{name}/{version.version}", dst_path=str(folder))
    note = {
        "name": name,
        "version": str(version.version),
        "run_id": run_of(version).info.run_id,
        "lineage": lineage_in(version.tags),
    }
    (folder / COPY).write_text(json.dumps(note | {"sha256": _seal(folder)}, indent=2) + "\n", encoding="utf-8")


def load(folder: Path) -> RegisteredModel:
    """Loads what `export` wrote.

    Raises:
        RefusedError: If the folder holds no copy of a registered version, or one that was changed since.
    """
    if not (folder / COPY).exists():
        msg = f"{folder} holds no registered version, and no other model is served: `kedro model export` writes one"
        raise RefusedError(msg)
    note = json.loads((folder / COPY).read_text(encoding="utf-8"))
    if note.pop("sha256") != _seal(folder):
        msg = (
            f"{folder} is not what was exported as version {note['version']}: export it again with `kedro model export`"
        )
        raise RefusedError(msg)
    return RegisteredModel(mlflow.sklearn.load_model(str(folder)), **note)


def _seal(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != COPY)
    return digest(
        {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    )
