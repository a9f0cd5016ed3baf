"""Copies of registered versions, for a place that cannot reach the registry, such as an image."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kedro_modelops.errors import RefusedError
from kedro_modelops.models.model_files import ModelFiles
from kedro_modelops.models.registered_model import RegisteredModel, digest

COPY, SEAL = "version.json", "sha256"


def export(name: str, wanted: str, folder: Path, trusted_types: Sequence[str] = ()) -> None:
    """Writes a copy of a version, with its lineage, the types that it may hold, and a seal.

    Args:
        name: Of the registered model.
        wanted: Number or alias of the version.
        folder: Where to; it has to be empty, or new.
        trusted_types: Types beyond scikit-learn's public ones that the model may hold, as the catalog lists them.

    Raises:
        RefusedError: If there is no such version, if it is not what was registered, or if there is something in the
            folder.
    """
    from kedro_modelops.registry import model_registry, seals  # noqa: PLC0415  (an exported copy is there for places without MLflow)

    version = model_registry.find(name, wanted)
    if folder.exists() and any(folder.iterdir()):
        msg = f"{folder} is not empty: name another folder, or empty it"
        raise RefusedError(msg)
    files = seals.read_model(version)
    files.load_model(trusted_types)
    note = {
        "name": name,
        "version": str(version.version),
        "run_id": model_registry.run_of(version).info.run_id,
        "lineage": model_registry.lineage_in(version.tags),
        "trusted_types": list(trusted_types),
    }
    folder.mkdir(parents=True, exist_ok=True)
    files.write(folder)
    (folder / COPY).write_text(json.dumps(note | {SEAL: _seal(note, files)}, indent=2) + "\n", encoding="utf-8")


def load(folder: Path) -> RegisteredModel:
    """Loads what `export` wrote.

    Raises:
        RefusedError: If the folder holds no copy of a registered version, or one that was changed since.
    """
    return load_with_files(folder)[0]


def load_with_files(folder: Path) -> tuple[RegisteredModel, ModelFiles]:
    """The same, and the files that the model was made from."""
    note = _note(folder)
    files = ModelFiles(folder, besides=[COPY])
    if note.pop(SEAL, "") != _seal(note, files) or note["lineage"].get("model.digest") != files.digest:
        msg = (
            f"{folder} is not what was exported as version {note['version']}: export it again with `kedro model export`"
        )
        raise RefusedError(msg)
    return RegisteredModel(files.load_model(note.pop("trusted_types")), **note), files


def version(folder: Path) -> str:
    """Number of the version in a folder; RefusedError if it holds none."""
    return str(_note(folder)["version"])


def _note(folder: Path) -> dict[str, Any]:
    if not (folder / COPY).exists():
        msg = f"{folder} holds no registered version, and no other model is served: `kedro model export` writes one"
        raise RefusedError(msg)
    note: dict[str, Any] = json.loads((folder / COPY).read_text(encoding="utf-8"))
    return note


def _seal(note: dict[str, Any], files: ModelFiles) -> str:
    """Covers the types that are trusted too: they come from the catalog, and no longer from the model's own files."""
    return digest([note, files.digest])
