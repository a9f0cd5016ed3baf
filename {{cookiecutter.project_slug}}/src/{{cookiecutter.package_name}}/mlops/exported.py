"""Copies of registered versions, for a place that cannot reach the registry, such as an image."""

import hashlib
import json
from pathlib import Path
from typing import Any

from ..errors import RefusedError
from .registered import RegisteredModel, digest, read_estimator

COPY = "version.json"


def export(name: str, wanted: str, folder: Path) -> None:
    """Writes a copy of a version, with its lineage and a seal.

    Raises:
        RefusedError: If there is no such version, or if there is something in the folder.
    """
    import mlflow  # noqa: PLC0415  (an exported copy is there for places without it)

    from .registry import find, lineage_in, run_of  # noqa: PLC0415  (as above)

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
    note = _note(folder)
    if note.pop("sha256") != _seal(folder):
        msg = (
            f"{folder} is not what was exported as version {note['version']}: export it again with `kedro model export`"
        )
        raise RefusedError(msg)
    return RegisteredModel(read_estimator(folder), **note)


def version(folder: Path) -> str:
    """Number of the version in a folder; RefusedError if it holds none."""
    return str(_note(folder)["version"])


def _note(folder: Path) -> dict[str, Any]:
    if not (folder / COPY).exists():
        msg = f"{folder} holds no registered version, and no other model is served: `kedro model export` writes one"
        raise RefusedError(msg)
    note: dict[str, Any] = json.loads((folder / COPY).read_text(encoding="utf-8"))
    return note


def _seal(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != COPY)
    return digest(
        {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    )
