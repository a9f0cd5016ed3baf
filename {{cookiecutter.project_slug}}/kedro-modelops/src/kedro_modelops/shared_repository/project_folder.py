"""The folder of a project in its git repository, and the names that follow from it.

Standard library only: `python -m kedro_modelops.release` needs it where nothing is installed.
"""

from pathlib import Path, PurePosixPath

from kedro_modelops.tracking.commits import folder_in_repository, git


def repository_root(project: Path) -> Path:
    """The root of the repository; the project itself where there is none."""
    return Path(git(project, "rev-parse", "--show-toplevel") or project)


def suffix(project: Path) -> str:
    """What tells a project's branches, events, environments and workflows from those of others: `-models-churn`.

    Returns:
        Nothing where the project is the root of its repository.
    """
    return "".join(f"-{part}" for part in PurePosixPath(folder_in_repository(project)).parts)


def title_prefix(project: Path) -> str:
    """What titles of its pull requests and issues begin with: `models/churn: `, or nothing at the root."""
    return f"{folder_in_repository(project)}: " if suffix(project) else ""


def workflow_name(project: Path, file: str) -> str:
    """The name of a workflow's file in `.github/workflows` of the root: `models-churn-deploy.yml`."""
    return f"{suffix(project)[1:]}-{file}" if suffix(project) else file
