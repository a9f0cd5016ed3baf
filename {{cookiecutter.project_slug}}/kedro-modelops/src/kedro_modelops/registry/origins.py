"""What two versions were made of: parameters, features, code, data and packages, and where these differ."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlflow
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from kedro_modelops.registry import model_registry
from kedro_modelops.registry.comparison import side_by_side
from kedro_modelops.shared_repository.project_folder import repository_root
from kedro_modelops.tracking.commits import run_git, tree_name
from kedro_modelops.tracking.lineage import LOCK, inputs

Rows = list[tuple[str, Any, Any]]
SHORT = 10
"""Characters of a hash that are shown."""
WRITTEN = ("*.lock", "data/*", "requirements/*.txt")
"""Paths in git that are no code: what DVC writes, pointers to data, locks. They are compared by what they say."""
UNCLEAN = "and changes that no commit holds"


def differing(project: Path, before: ModelVersion, after: ModelVersion) -> Iterator[tuple[str, Rows]]:
    """Compares what two versions were made of.

    Args:
        project: Root folder; commits are looked up in its repository.
        before: A version.
        after: Another one.

    Yields:
        A title, and what differs under it: a name, and what each version has; an empty text stands for nothing.
    """
    lineages = [model_registry.lineage_in(version.tags) for version in (before, after)]
    yield (
        "Parameters that differ",
        _unequal(*(model_registry.run_of(version).data.params for version in (before, after))),
    )
    yield "Features that differ", _unequal(*(_features(version) for version in (before, after)))
    yield "Code that differs", list(_code(project, *lineages))
    yield "Data that differs", _unequal(*(inputs(lineage) for lineage in lineages))
    yield "Packages that differ", list(_packages(project, *lineages))
    yield "Lineage that differs", _unequal(*lineages)


def _unequal(was: dict[str, Any], now: dict[str, Any]) -> Rows:
    return [row for row in side_by_side(was, now) if row[1] != row[2]]


def _features(version: ModelVersion) -> dict[str, str]:
    """Types of the features, by name, as the model was logged with them."""
    try:
        signature = mlflow.models.get_model_info(f"models:/{version.name}/{version.version}").signature
    except (MlflowException, OSError):
        return {"": f"the files of version {version.version} are not to be had"}
    columns = signature.inputs.inputs if signature and signature.inputs else []
    return {column.name or "": getattr(column.type, "name", str(column.type)) for column in columns}


def _code(project: Path, was: dict[str, str], now: dict[str, str]) -> Iterator[tuple[str, Any, Any]]:
    commits = [lineage.get("git.commit", "") for lineage in (was, now)]
    dirty = [lineage.get("git.clean") == "false" for lineage in (was, now)]
    if commits[0] != commits[1] or any(dirty):
        first, second = (
            f"{commit[:SHORT]} {UNCLEAN if unclean else ''}".strip()
            for commit, unclean in zip(commits, dirty, strict=True)
        )
        yield "commit", first, second
    if commits[0] == commits[1]:
        return
    trees = [tree_name(project, lineage) for lineage in (was, now)]
    root = repository_root(project)  # git takes patterns from where it runs
    if (changed := _git(root, "diff", "--numstat", *trees, "--", ".", *_but(WRITTEN))) is None:
        yield "files", "", "not to be had: a commit is not in this repository (git fetch --all)"
        return
    for line in changed.splitlines():
        added, removed, path = line.split("\t", maxsplit=2)
        yield path, f"{removed} lines less", f"{added} lines more"


def _within(tree: str, file: Path) -> str:
    return f"{tree}{'' if tree.endswith(':') else '/'}{file.as_posix()}"


def _but(patterns: tuple[str, ...]) -> Iterator[str]:
    return (f":(exclude){pattern}" for pattern in patterns)


def _packages(project: Path, was: dict[str, str], now: dict[str, str]) -> Iterator[tuple[str, Any, Any]]:
    if was.get("environment.lock") == now.get("environment.lock"):
        return
    locks = [_git(project, "show", _within(tree_name(project, lineage), LOCK)) for lineage in (was, now)]
    pinned = [dict(re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", lock or "", re.MULTILINE)) for lock in locks]
    found = _unequal(*pinned) if all(pinned) else []
    yield from found
    if not found:  # a lock that was not committed, or other hashes alone
        yield LOCK.as_posix(), was.get("environment.lock", "")[:SHORT], now.get("environment.lock", "")[:SHORT]


def _git(project: Path, *arguments: str) -> str | None:
    """What git prints; None if it fails."""
    done = run_git(project, *arguments)
    return done.stdout if done.returncode == 0 else None
