"""Workflows of a project in a folder of a repository, derived for the root, where alone GitHub reads them."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from kedro_modelops.errors import RefusedError
from kedro_modelops.shared_repository.project_folder import repository_root, suffix, workflow_name
from kedro_modelops.tracking.commits import folder_in_repository

WORKFLOWS = Path(".github/workflows")
PATHS = ("cache-dependency-glob", "output-file", "path", "sbom")
"""Inputs of actions that are paths below the root of the repository."""
LONGEST_LINE = 4096  # lines stay as they are


def write_workflows(project: Path) -> list[Path]:
    """Writes the workflows of a project into `.github/workflows` of its repository.

    Args:
        project: Its folder.

    Returns:
        The files that are there now.

    Raises:
        RefusedError: If the project is the root of its repository, where GitHub reads its workflows as they are.
    """
    if not suffix(project):
        msg = f"{project} is the root of its repository: GitHub reads its {WORKFLOWS.as_posix()} as they are"
        raise RefusedError(msg)
    derived = derive_workflows(project)
    for path, text in derived.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return list(derived)


def outdated(project: Path) -> list[Path]:
    """Files at the root that are not what the workflows of a project say; none where the project is the root."""
    derived = derive_workflows(project) if suffix(project) else {}
    return [path for path, text in derived.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]


def derive_workflows(project: Path) -> dict[Path, str]:
    """The text of each workflow at the root, by its path.

    Steps run in the project's folder, paths that actions take lie in it; names, queues, events and environments are its
    own.
    """
    folder, yaml, found = folder_in_repository(project), YAML(), {}
    yaml.preserve_quotes = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = LONGEST_LINE
    for source in sorted((project / WORKFLOWS).glob("*.yml")):
        workflow, text = yaml.load(source), StringIO()
        _move(workflow, folder, suffix(project))
        yaml.dump(workflow, text)
        origin = f"# From {folder}/{WORKFLOWS.as_posix()}/{source.name} by `kedro modelops workflows`: edit that one.\n"
        path = repository_root(project) / WORKFLOWS / workflow_name(project, source.name)
        found[path] = origin + text.getvalue()
    return found


def _move(workflow: Any, folder: str, suffix: str) -> None:
    workflow["name"] = f"{workflow['name']} ({folder})"
    workflow["defaults"]["run"]["working-directory"] = folder
    if "github.workflow" not in workflow["concurrency"]["group"]:
        workflow["concurrency"]["group"] += suffix
    events = workflow["on"]
    if dispatched := events.get("repository_dispatch"):
        dispatched["types"][:] = [f"{name}{suffix}" for name in dispatched["types"]]
    if paths := (events.get("push") or {}).get("paths"):
        paths[:] = [f"{folder}/{path}" for path in paths]
    for job in workflow["jobs"].values():
        job["name"] = f"{job['name']} ({folder})"
        if "environment" in job:
            job["environment"] += suffix
        steps = job["steps"]
        there = any(str(step.get("uses", "")).startswith("actions/checkout@") for step in steps)
        if not there and any("run" in step for step in steps):
            job["defaults"] = {"run": {"working-directory": "."}}  # the folder is not there
        for given in _inputs(steps):
            for name in set(PATHS) & given.keys():
                given[name] = type(given[name])(f"{folder}/{given[name]}")


def _inputs(steps: Any) -> Iterator[Any]:
    return (step["with"] for step in steps if step.get("with"))
