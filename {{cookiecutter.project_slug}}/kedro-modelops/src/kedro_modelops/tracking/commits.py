"""What git says of the commit that a model is made from."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

NO_COMMIT = "none"
WHOLE = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
"""A commit's name in full."""


def code_version(project: Path) -> dict[str, str]:
    """The commit, the project's folder in it, and whether that had changes that no commit holds.

    `dvc.lock` is written by the run itself. Changes elsewhere in the repository are not looked at: nothing of a project
    lies outside of its folder.
    """
    commit = git(project, "rev-parse", "--verify", "HEAD")
    changes = git(project, "status", "--porcelain", "--untracked-files=normal", "--", ".", ":!dvc.lock")
    clean = str(bool(commit) and not changes).lower()
    return {"git.commit": commit or NO_COMMIT, "git.folder": folder_in_repository(project), "git.clean": clean}


def folder_in_repository(project: Path) -> str:
    """The path of a folder in its repository, such as `models/churn`; a dot for the root, or without a repository."""
    return git(project, "rev-parse", "--show-prefix").rstrip("/") or "."


def tree_name(project: Path, lineage: Mapping[str, str]) -> str:
    """What git calls the files of a project as they were at the commit of a lineage, wherever its folder was then."""
    folder = folder_then(project, lineage)
    return f"{lineage.get('git.commit', '')}:{'' if folder == '.' else folder}"


def folder_then(project: Path, lineage: Mapping[str, str]) -> str:
    """The folder of a project in the commit of a lineage.

    Versions of before it was recorded have today's or, where their commit has no such folder, the root.
    """
    if named := lineage.get("git.folder"):
        return named
    today = folder_in_repository(project)
    return today if git(project, "cat-file", "-t", f"{lineage.get('git.commit', '')}:{today}") == "tree" else "."


def lost_commit(project: Path, commit: str) -> list[str]:
    """Why a commit cannot be found in the repository of a folder, as a sentence; nothing if it is there, or unnamed.

    It has to be named by its whole hash: another name would mean another commit tomorrow.
    """
    if not commit:
        return []
    if not git(project, "rev-parse", "--git-dir"):
        return [f"{project} is no clone of the repository, which has to have commit {commit}: go to one"]
    if WHOLE.fullmatch(commit) and git(project, "cat-file", "-t", commit) == "commit":
        return []
    if git(project, "rev-parse", "--is-shallow-repository") == "true":
        return [f"commit {commit} is not in this clone, which is shallow: `git fetch --unshallow` brings the rest"]
    return [f"commit {commit} is not in this clone: `git fetch --all` may bring it, if it was ever pushed"]


def git(project: Path, *arguments: str) -> str:
    """What git answers, run in a folder; nothing where it fails, or is not installed."""
    try:
        done = run_git(project, *arguments)
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def changed_files(project: Path) -> list[str]:
    """Files below a folder that differ from the last commit, or are in none, by their paths in the repository.

    Raises:
        CalledProcessError: If there is no repository.
    """
    done = run_git(project, "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", ".")
    done.check_returncode()
    return [entry[3:] for entry in done.stdout.split("\0") if entry]


def run_git(project: Path, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Runs git in a folder, whether it succeeds or fails; options are those of `subprocess.run`."""
    return subprocess.run(  # noqa: S603
        ["git", "-C", str(project), *arguments],  # noqa: S607
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        check=False,
        **options,
    )
