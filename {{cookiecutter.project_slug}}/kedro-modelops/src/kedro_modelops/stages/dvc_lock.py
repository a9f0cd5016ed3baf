"""Tells DVC of what `kedro run` did, so that `dvc repro` need not do it again and `dvc.lock` can be committed."""

import logging
import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import yaml
from kedro.config import AbstractConfigLoader
from kedro.framework.project import pipelines, settings

logger = logging.getLogger(__name__)

STAGES = "dvc.yaml"
COMMAND = "kedro run --pipelines={}"


def record(project: Path, config: AbstractConfigLoader, ran: Collection[str], began: float) -> None:
    """Commits to DVC the stages that ran as a whole, with the settings of conf/base alone.

    Args:
        project: Root folder.
        config: Of the run.
        ran: Names of the nodes.
        began: When the run began, in seconds since the epoch: of what has changed since then it knew nothing.
    """
    if "DVC_STAGE" in os.environ or not (project / STAGES).exists() or not (project / ".dvc").is_dir():
        return  # DVC runs this, or is not used
    stated = yaml.safe_load((project / STAGES).read_text(encoding="utf-8"))["stages"]
    whole = [
        name
        for name, stage in stated.items()
        if stage.get("cmd") == COMMAND.format(name)
        and name in pipelines
        and {node.name for node in pipelines[name].nodes} <= set(ran)
    ]
    if whole and _is_base(config):
        _commit(project, whole, began)


def _is_base(config: AbstractConfigLoader) -> bool:
    """Whether the run had the datasets and parameters that DVC sees."""
    if config.runtime_params:
        return False
    ran = {kind: dict(config[kind]) for kind in ("catalog", "parameters")}  # now: globals are of the newest loader
    base = type(config)(config.conf_source, env="base", **settings.CONFIG_LOADER_ARGS)
    return all(stated == dict(base[kind]) for kind, stated in ran.items())


def _commit(project: Path, names: list[str], began: float) -> None:
    from dvc.exceptions import DvcException  # noqa: PLC0415  (half a second's import)
    from dvc.repo import Repo  # noqa: PLC0415  (as above)

    logging.getLogger("dvc").setLevel(logging.WARNING)  # it tells of dvc.lock once for each stage, in two places
    try:
        with Repo(str(project)) as repo:
            stages = {stage.name: stage for stage in repo.index.stages if getattr(stage, "name", None) in names}
            made = {out.fs_path for stage in stages.values() for out in stage.outs}
            deps = {Path(dep.fs_path) for stage in stages.values() for dep in stage.deps if dep.fs_path not in made}
            if changed := sorted(os.path.relpath(dep, project) for dep in deps if _newest(dep) > began):
                logger.warning("DVC is not told of this run: %s changed meanwhile, `dvc repro` runs again", changed[0])
                return
            for name in names:
                repo.commit(name, force=True)
    except DvcException as error:
        logger.warning("DVC could not be told of this run, and `dvc repro` will run it again: %s", error)
    else:
        logger.info("DVC knows of this run: commit dvc.lock, and `dvc push`")


def _newest(path: Path) -> float:
    """When a file, or any file of a folder, was last changed."""
    return max((file.stat().st_ctime for file in _files(path)), default=0.0)


def _files(path: Path) -> Iterator[Any]:
    if path.exists():
        yield path
    yield from path.rglob("*")
