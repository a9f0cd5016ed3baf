"""Lineage: from which code, data, parameters and environment a model came."""

import hashlib
import json
import platform
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

LOCK = Path("requirements/train.txt")
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


def data_version(project: Path) -> dict[str, str]:
    """DVC's hash of each data set that a `.dvc` pointer tracks, as it is in the workspace, and whether the pointers say the same."""
    from dvc.repo import Repo  # noqa: PLC0415  (half a second's import, needed for training alone)

    with Repo(str(project)) as repo:
        outs = [out for stage in repo.index.stages if stage.is_data_source for out in stage.outs if out.exists]
        found = {out: out.get_hash() for out in outs}
        hashes = {f"data.{Path(out.fs_path).relative_to(project).as_posix()}": value.value for out, value in found.items()}
        return hashes | {"data.clean": str(all(out.hash_info == value for out, value in found.items())).lower()}


def code_version(project: Path) -> dict[str, str]:
    """The commit, and whether the tree had changes that no commit holds."""
    commit = _git(project, "rev-parse", "--verify", "HEAD")
    changes = _git(project, "status", "--porcelain", "--untracked-files=normal")
    return {"git.commit": commit or "none", "git.clean": str(bool(commit) and not changes).lower()}


def _git(project: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(project), *arguments], capture_output=True, text=True, check=False)  # noqa: S603, S607
    return done.stdout.strip() if done.returncode == 0 else ""


def environment(project: Path) -> dict[str, str]:
    """Python, platform, hash of the lock, and the template that the project came from."""
    metadata = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    cruft = project / ".cruft.json"
    commit = json.loads(cruft.read_text(encoding="utf-8")).get("commit") if cruft.exists() else None
    return {
        "environment.lock": _hash((project / LOCK).read_bytes()),
        "environment.python": platform.python_version(),
        "environment.platform": platform.platform(),
        "template.version": metadata["tool"]["template"]["version"],
        "template.commit": commit or "unknown",
    }


def parameters_hash(parameters: dict[str, Any]) -> str:
    """Hash of the parameters, however they are written down."""
    return _hash(json.dumps(parameters, sort_keys=True, default=str).encode())


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def missing(lineage: Mapping[str, str]) -> list[str]:
    """The pieces of `REQUIRED` that a lineage lacks."""
    known = {name for name, value in lineage.items() if value and value != "none"}
    if any(name.startswith("data.") and name != "data.clean" for name in known):
        known.add("data")
    return [name for name in REQUIRED if name not in known]


def unclean(lineage: Mapping[str, str]) -> list[str]:
    """What a model was made of that no commit holds, as sentences."""
    told = {"git.clean": "code or settings had changes that were not committed", "data.clean": "data differed from its DVC pointers"}
    return [sentence for name, sentence in told.items() if lineage.get(name) == "false"]
