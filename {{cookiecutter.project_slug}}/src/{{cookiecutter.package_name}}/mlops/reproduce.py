"""Trains a registered version anew from its lineage alone, and compares what comes out."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import yaml
from dvc.repo import Repo
from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.entities.model_registry import ModelVersion

from ..errors import RefusedError
from . import registry
from .comparison import differences
from .lineage import GIT, LOCK, flaws, inputs, lock_hash

Say = Callable[[str], None]
TOLD = 2000
"""Characters of what a command printed before it failed."""


def reproduce(project: Path, name: str, wanted: str, say: Say, *, keep: bool = False) -> list[str]:
    """Rebuilds a version in a worktree of its commit, with the data and the environment that it came from.

    Args:
        project: Root folder.
        name: Name of the registered model.
        wanted: Number or alias of the version.
        say: Told what happens.
        keep: Whether the worktree stays.

    Returns:
        What differs between the version and its reproduction; nothing if parameters, metrics and predictions agree.

    Raises:
        RefusedError: If the version cannot be rebuilt, because a piece of its lineage, its commit or its data is lost.
    """
    version, lineage = _find(name, wanted)
    with _worktree(project, lineage["git.commit"], say, keep=keep) as (scratch, tree):
        _fetch_data(project, tree, lineage)
        python = _python(project, tree, scratch, lineage, say)
        say("Training")
        rebuilt = _train(tree, scratch, python, lineage)
        return list(differences(registry.run_of(version), rebuilt, scratch, say))


def bring_back(project: Path, name: str, wanted: str, folder: Path, say: Say) -> None:
    """Puts the data that a version was trained on into a folder, in which it has the same paths as in the project."""
    _, lineage = _find(name, wanted)
    if there := [str(folder / path) for path in inputs(lineage) if (folder / path).exists()]:
        msg = f"{', '.join(there)} would be overwritten: name another folder"
        raise RefusedError(msg)
    with _worktree(project, lineage["git.commit"], say, keep=False) as (_, tree):
        _fetch_data(project, tree, lineage)
        for path in inputs(lineage):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.move(tree / path, folder / path)
            say(f"{folder / path}")


def _find(name: str, wanted: str) -> tuple[ModelVersion, dict[str, str]]:
    """A version and its lineage, if that is without flaws."""
    version = registry.find(name, wanted)
    lineage = registry.lineage_in(version.tags)
    if found := flaws(lineage):
        msg = f"version {version.version} cannot be reproduced: {'; '.join(found)}"
        raise RefusedError(msg)
    return version, lineage


@contextmanager
def _worktree(project: Path, commit: str, say: Say, *, keep: bool) -> Iterator[tuple[Path, Path]]:
    """A scratch folder, and in it the project as it was at a commit."""
    if _git(project, "cat-file", "-e", f"{commit}^{{commit}}").returncode:
        msg = f"commit {commit} is not in this clone: `git fetch --all` may bring it, if it was ever pushed"
        raise RefusedError(msg)
    scratch = Path(mkdtemp(prefix="reproduce-"))
    added = _git(project, "worktree", "add", "--detach", str(scratch / "tree"), commit)
    try:
        if added.returncode:
            msg = f"git cannot make a worktree: {added.stderr.strip()}"
            raise RefusedError(msg)
        say(f"Worktree of commit {commit[:10]}: {scratch / 'tree'}")
        yield scratch, scratch / "tree" / _git(project, "rev-parse", "--show-prefix").stdout.strip()
    finally:
        if keep:
            say(f"Kept. `git worktree remove --force {scratch / 'tree'}` removes it")
        else:
            _git(project, "worktree", "remove", "--force", str(scratch / "tree"))
            shutil.rmtree(scratch, ignore_errors=True)


def _git(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", "-C", str(project), *arguments], capture_output=True, text=True, check=False)  # noqa: S603, S607


def _fetch_data(project: Path, tree: Path, lineage: dict[str, str]) -> None:
    """Checks the inputs out, from the cache and the remotes that the project has today."""
    with Repo(str(project)) as here:
        default = {"remote": here.config["core"].get("remote")}
        today = {"cache": {"dir": here.cache.local_cache_dir}, "core": default, "remote": here.config["remote"]}
    with Repo(str(tree)) as there, there.config.edit("local") as settings:
        settings.update(today)
    for path, wanted in inputs(lineage).items():
        if wanted.startswith(GIT):
            continue
        pull = [sys.executable, "-m", "dvc", "pull", "--quiet", path]
        done = subprocess.run(pull, cwd=tree, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            msg = (
                f"{path} with the hash {wanted} comes neither from DVC's cache nor from its remote: the version cannot "
                f"be rebuilt until somebody who has that data says `dvc push`. DVC says:\n{done.stderr.strip()}"
            )
            raise RefusedError(msg)


def _python(project: Path, tree: Path, scratch: Path, lineage: dict[str, str], say: Say) -> str:
    """An interpreter with the packages of the version's lock: this one, or one that uv builds."""
    python = lineage["environment.python"].rpartition(".")[0]
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    if lineage["environment.lock"] == lock_hash(project) and python == running:
        say(f"Environment: the running one, because {LOCK.as_posix()} and Python {python} are the same")
        return sys.executable
    uv = shutil.which("uv", path=f"{project / '.uv/bin'}{os.pathsep}{os.environ['PATH']}")
    if not uv:
        msg = f"{LOCK.as_posix()} or Python ({python}) was another one, and uv, to build it, is not here: `make setup`"
        raise RefusedError(msg)
    say(f"Environment: built by uv from {LOCK.as_posix()} of that commit, with Python {python}")
    built = scratch / "environment"
    _run([uv, "venv", "--quiet", "--python", python, str(built)], tree, {})
    _run([uv, "pip", "sync", "--quiet", "--python", str(built), "--require-hashes", str(LOCK)], tree, {})
    return str(next(built.glob("[bS]*/python*")))


def _train(tree: Path, scratch: Path, python: str, lineage: dict[str, str]) -> Run:
    """Runs what leads to metrics and predictions, into a store of its own."""
    options = {
        "env": lineage.get("kedro.env", "local"),
        "params": json.loads(lineage.get("kedro.params", "{}")),
        "to_outputs": "metrics,predictions",
    }
    config, store = scratch / "run.yml", f"sqlite:///{scratch.as_posix()}/mlflow.db"
    config.write_text(yaml.safe_dump({"run": options}), encoding="utf-8")
    settings = {"MLFLOW_TRACKING_URI": store, "PYTHONPATH": str(tree / "src")}
    _run([python, "-m", "kedro", "run", "--config", str(config)], tree, settings)
    client = MlflowClient(store)
    experiments = [experiment.experiment_id for experiment in client.search_experiments()]
    return client.search_runs(experiments, f"tags.`{registry.LINEAGE}git.commit` != ''")[0]


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    settings = os.environ | environment
    done = subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        msg = f"`{' '.join(command)}` failed in {folder}:\n{(done.stdout + done.stderr)[-TOLD:]}"
        raise RefusedError(msg)
