"""Lineage: from which code, data, parameters and environment a model came."""

import hashlib
import json
import os
import platform
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from kedro_modelops.tracking.commits import NO_COMMIT, git

LOCK = Path("requirements/train.txt")
NOTHING, GIT = NO_COMMIT, "git:"
REQUIRED = (
    "git.commit",
    "git.clean",
    "data",
    "data.clean",
    "parameters",
    "environment.lock",
    "environment.python",
    "environment.platform",
    "template.version",
    "template.commit",
    "mlflow.run",
)
"""Pieces without which a version is not promoted; `data` stands for the hash of at least one data set."""


def data_version(project: Path, paths: Iterable[Path]) -> dict[str, str]:
    """DVC's hash of each input as it is in the workspace, and whether the `.dvc` pointers say the same.

    For what a DVC stage made, the inputs of that stage stand in. What git holds, such as the rows that tests run on,
    has git's hash; what neither holds has `none`.
    """
    from dvc.repo import Repo  # noqa: PLC0415  (half a second's import, needed for training alone)

    found: dict[Path, str] = {}
    clean = True
    with Repo(str(project)) as repo:
        tracked = {Path(out.fs_path): out for stage in repo.index.stages if stage.is_data_source for out in stage.outs}
        for source in {source for path in paths for source in _made_from(path, repo.index.stages)}:
            parts = [held for held in tracked if source.is_relative_to(held) or held.is_relative_to(source)]
            for part in parts:
                found[part] = tracked[part].get_hash().value
                clean &= found[part] == tracked[part].hash_info.value
            if not parts:
                held = git(project, "rev-parse", "--verify", f"HEAD:./{os.path.relpath(source, project)}")
                found[source] = f"{GIT}{held}" if held else NOTHING
    names = {f"data.{os.path.relpath(path, project)}": value for path, value in sorted(found.items())}
    return names | {"data.clean": str(clean).lower()}


def _made_from(path: Path, stages: list[Any]) -> Iterator[Path]:
    """The data that a path was made from by DVC stages; the path itself if none made it."""
    from dvc.dependency import ParamsDependency  # noqa: PLC0415  (as above)

    made = {Path(out.fs_path): stage for stage in stages if not stage.is_data_source for out in stage.outs}
    if path not in made:
        yield path
        return
    for dep in made[path].deps:
        if not isinstance(dep, ParamsDependency) and Path(dep.fs_path).suffix != ".py":
            yield from _made_from(Path(dep.fs_path), stages)


def commit_name(lineage: Mapping[str, str]) -> str:
    """The commit as people know it, and whether there were changes."""
    commit = lineage.get("git.commit", NOTHING)
    named = "without a commit" if commit == NOTHING else commit[:7]
    return named if commit == NOTHING or not unclean(lineage) else f"{named} and changes"


def environment(project: Path) -> dict[str, str]:
    """Python, platform, hash of the lock, version of the plugin, and the template that the project came from."""
    metadata = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    cruft = project / ".cruft.json"
    commit = json.loads(cruft.read_text(encoding="utf-8")).get("commit") if cruft.exists() else None
    return {
        "environment.lock": lock_hash(project),
        "environment.python": platform.python_version(),
        "environment.platform": platform.platform(),
        "environment.plugin": version("kedro-modelops"),
        "template.version": metadata["tool"]["template"]["version"],
        "template.commit": commit or "unknown",
    }


def parameters_hash(parameters: dict[str, Any]) -> str:
    """Hash of the parameters, however they are written down."""
    return _hash(json.dumps(parameters, sort_keys=True, default=str).encode())


def lock_hash(project: Path) -> str:
    """Hash of the lock of the training environment."""
    return _hash((project / LOCK).read_bytes())


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def missing(lineage: Mapping[str, str]) -> list[str]:
    """The pieces of `REQUIRED` that a lineage lacks."""
    unknown = [name for name, value in lineage.items() if not value or value == NOTHING]
    known = lineage.keys() | ({"data"} if inputs(lineage) else set())
    return unknown + [name for name in REQUIRED if name not in known]


def inputs(lineage: Mapping[str, str]) -> dict[str, str]:
    """Hashes of the data sets, by path."""
    return {
        name.removeprefix("data."): value
        for name, value in lineage.items()
        if name.startswith("data.") and name != "data.clean"
    }


def flaws(lineage: Mapping[str, str]) -> list[str]:
    """What keeps a version from being promoted or reproduced."""
    return [f"its lineage lacks {piece}" for piece in missing(lineage)] + unclean(lineage)


def unclean(lineage: Mapping[str, str]) -> list[str]:
    """What a model was made of that no commit holds, as sentences."""
    told = {
        "git.clean": "code or settings had changes that were not committed",
        "data.clean": "data differed from its DVC pointers",
    }
    return [sentence for name, sentence in told.items() if lineage.get(name) == "false"]
