"""Lineage: from which code, data, parameters and environment a model came."""

import hashlib
import json
import platform
import subprocess
import tomllib
from pathlib import Path
from typing import Any

LOCK = Path("requirements/train.txt")


def data_hashes(project: Path) -> dict[str, str]:
    """DVC's hash of each data set that a `.dvc` pointer tracks, by its path in the project.

    Raises:
        ValueError: If data in the workspace is not what its pointer says.
    """
    from dvc.repo import Repo  # noqa: PLC0415  (half a second's import, needed for training alone)

    with Repo(str(project)) as repo:
        outs = [out for stage in repo.index.stages if stage.is_data_source for out in stage.outs]
        changed = [str(out) for out in outs if out.exists and out.changed_checksum()]
        if changed:
            msg = f"{', '.join(changed)} differs from its DVC pointer: keep the change with `dvc add`, or undo it with `dvc checkout`"
            raise ValueError(msg)
        return {Path(out.fs_path).relative_to(project).as_posix(): out.hash_info.value for out in outs if out.exists}


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
