"""Trains a registered version anew from its lineage alone, and compares what comes out."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml
from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.entities.model_registry import ModelVersion

from kedro_modelops.distribution.cluster import DASK, SPARK
from kedro_modelops.errors import RefusedError
from kedro_modelops.registry import model_registry, seals
from kedro_modelops.registry.comparison import METRICS, PREDICTIONS, differences
from kedro_modelops.registry.worktree import Say, fetch_data, worktree
from kedro_modelops.tracking.commits import lost_commit
from kedro_modelops.tracking.lineage import LOCK, flaws, inputs, lock_hash

PLUGIN = Path("kedro-modelops")
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
    version, lineage = _find(project, name, wanted)
    seals.read_model(version)
    for file in (METRICS, PREDICTIONS):
        seals.read_evidence(version, file)
    with worktree(project, lineage, say, keep=keep) as (scratch, tree):
        fetch_data(project, tree, lineage)
        python = _python(project, tree, scratch, lineage, say)
        say("Training")
        rebuilt = _train(tree, scratch, python, lineage)
        return list(differences(model_registry.run_of(version), rebuilt, scratch, say))


def bring_back(project: Path, name: str, wanted: str, folder: Path, say: Say) -> None:
    """Puts the data that a version was trained on into a folder, in which it has the same paths as in the project."""
    _, lineage = _find(project, name, wanted)
    if there := [str(folder / path) for path in inputs(lineage) if (folder / path).exists()]:
        msg = f"{', '.join(there)} would be overwritten: name another folder"
        raise RefusedError(msg)
    with worktree(project, lineage, say, keep=False) as (_, tree):
        fetch_data(project, tree, lineage)
        for path in inputs(lineage):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.move(tree / path, folder / path)
            say(f"{folder / path}")


def _find(project: Path, name: str, wanted: str) -> tuple[ModelVersion, dict[str, str]]:
    """A version and its lineage, if that is without flaws and as it was registered."""
    version = model_registry.find(name, wanted)
    lineage = model_registry.lineage_in(version.tags)
    if found := flaws(lineage) + lost_commit(project, lineage.get("git.commit", "")) + seals.broken(version):
        msg = f"version {version.version} cannot be reproduced: {'; '.join(found)}"
        raise RefusedError(msg)
    return version, lineage


def _python(project: Path, tree: Path, scratch: Path, lineage: dict[str, str], say: Say) -> str:
    """An interpreter with the packages of the version's lock, and its plugin: this one, or one that uv builds."""
    python = lineage["environment.python"].rpartition(".")[0]
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    same_lock = lineage["environment.lock"] == lock_hash(project)
    if same_lock and python == running and _plugin(tree) == _plugin(project):
        say(f"Environment: the running one, because {LOCK.as_posix()} and Python {python} are the same")
        return sys.executable
    uv = shutil.which("uv", path=f"{project / '.uv/bin'}{os.pathsep}{os.environ['PATH']}")
    if not uv:
        what = f"{LOCK.as_posix()} or Python ({python})" if not same_lock or python != running else PLUGIN.as_posix()
        msg = f"{what} was another one, and uv, to build it, is not here: `make setup`"
        raise RefusedError(msg)
    say(f"Environment: built by uv from {LOCK.as_posix()} of that commit, with Python {python}")
    built = scratch / "environment"
    _run([uv, "venv", "--quiet", "--python", python, str(built)], tree, {})
    install = [uv, "pip", "install", "--quiet", "--python", str(built)]
    _run([uv, "pip", "sync", "--quiet", "--python", str(built), "--require-hashes", str(LOCK)], tree, {})
    if _plugin(tree):  # else the lock names the version of an index, or this was before there was a plugin
        _run([*install, "--no-deps", "--no-build-isolation", str(tree / PLUGIN)], tree, {})
    return str(next(built.glob("[bS]*/python*")))


def _plugin(folder: Path) -> str:
    """What the plugin in a project's folder registers with Kedro; empty where none lies there."""
    file = folder / PLUGIN / "pyproject.toml"
    return file.read_text(encoding="utf-8") if file.exists() else ""


def _train(tree: Path, scratch: Path, python: str, lineage: dict[str, str]) -> Run:
    """Runs what leads to metrics and predictions, into a store of its own."""
    options = {
        "env": lineage.get("kedro.env", "local"),
        "params": json.loads(lineage.get("kedro.params", "{}")),
        "to_outputs": "metrics,predictions",
    }
    _keep_here(tree / "conf" / options["env"] / "globals.yml")
    config, store = scratch / "run.yml", f"sqlite:///{scratch.as_posix()}/mlflow.db"
    config.write_text(yaml.safe_dump({"run": options}), encoding="utf-8")
    settings = {
        "MLFLOW_TRACKING_URI": store,
        "PYTHONPATH": os.pathsep.join(str(folder) for folder in (tree / "src", tree / PLUGIN / "src")),
        DASK.variable: "",
        SPARK.variable: "",
    }
    _run([python, "-m", "kedro", "run", "--config", str(config)], tree, settings)
    client = MlflowClient(store)
    experiments = [experiment.experiment_id for experiment in client.search_experiments()]
    return client.search_runs(experiments, f"tags.`{model_registry.LINEAGE}git.commit` != ''")[0]


def _keep_here(settings: Path) -> None:
    """Takes a cluster out of an environment, whose workers lack the worktree, and the bucket of the project."""
    stated = (yaml.safe_load(settings.read_text(encoding="utf-8")) if settings.exists() else None) or {}
    elsewhere = {DASK.setting, SPARK.setting, *(name for name, value in stated.items() if "://" in str(value))}
    if elsewhere & stated.keys():
        kept = {name: value for name, value in stated.items() if name not in elsewhere}
        settings.write_text(yaml.safe_dump(kept), encoding="utf-8")


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    settings = os.environ | environment
    done = subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        msg = f"`{' '.join(command)}` failed in {folder}:\n{(done.stdout + done.stderr)[-TOLD:]}"
        raise RefusedError(msg)
