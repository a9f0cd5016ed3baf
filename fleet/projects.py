"""The projects of a fleet: a list of folders and addresses, each with its ring, and clones of them to look at."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kedro_modelops.errors import RefusedError
from kedro_modelops.release.programs import ReleaseError, capture
from kedro_modelops.updates.repository import GitError, run_git

REST = "rest"
"""The ring of a project that names none."""
ORGANIZATION = re.compile(r"github:([\w.-]+)")
MARK = "kedro-modelops"
"""A repository on GitHub with this topic is a project of the fleet."""


@dataclass(frozen=True)
class Project:
    """A project, as the list names it."""

    address: str
    """A folder, or what git can clone."""
    ring: str = REST

    @property
    def name(self) -> str:
        """The last part of its address."""
        return self.address.rstrip("/").rpartition("/")[2].removesuffix(".git") or self.address

    @property
    def repository(self) -> str:
        """`owner/name` where it is on GitHub."""
        found = re.search(r"github\.com[/:]([\w.-]+/[\w.-]+?)(?:\.git)?/?$", self.address)
        return found[1] if found else ""


def read(source: str) -> list[Project]:
    """The projects of a list, or of an organization.

    Args:
        source: A file with a folder or an address in each line, and its ring behind it; folders begin at the file's.
            Or `github:ORGANIZATION`: its repositories with the topic `kedro-modelops`; a topic `ring-canary` is a ring.

    Raises:
        RefusedError: If the list cannot be read, is empty, or names a project twice.
    """
    named = ORGANIZATION.fullmatch(source)
    projects = list(_of_organization(named[1]) if named else _of_file(Path(source)))
    if not projects:
        msg = f"{source} names no project: write a folder or an address in each line, and its ring behind it"
        raise RefusedError(msg)
    names = [project.name for project in projects]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        msg = f"{source} has several projects called {twice[0]}: their clones would be one"
        raise RefusedError(msg)
    return projects


def take_clone(project: Project, folder: Path) -> Path:
    """A clone with what the project's main branch holds now; the project itself is only read.

    Raises:
        RefusedError: If it cannot be cloned.
    """
    clone = folder / project.name
    try:
        if _is_of(clone, project.address):
            run_git(clone, "fetch", "--quiet", "--prune", "origin", "HEAD")
            run_git(clone, "checkout", "--quiet", "--force", "--detach", "FETCH_HEAD")
            run_git(clone, "clean", "--quiet", "-d", "--force")
            return clone
        shutil.rmtree(clone, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        # When files changed is asked of commits alone; a folder's contents cost nothing.
        lean = [] if Path(project.address).is_dir() else ["--filter=blob:none"]
        run_git(folder, "clone", "--quiet", "--single-branch", "--no-tags", *lean, "--", project.address, str(clone))
        run_git(clone, "checkout", "--quiet", "--detach")
    except GitError as error:
        msg = f"cannot be cloned: {error.message.partition(': ')[2] or error.message}"
        raise RefusedError(msg) from error
    return clone


def ask_github(*words: str) -> str:
    """What GitHub answers, as whoever is logged in there; RefusedError, with the reason, where it does not."""
    try:
        return capture("gh", "api", *words)
    except ReleaseError as error:
        msg = f"GitHub is not asked: {error}"
        raise RefusedError(msg) from error


def _is_of(clone: Path, address: str) -> bool:
    """Whether a clone is of an address, and has its history."""
    if not (clone / ".git").is_dir() or (clone / ".git/shallow").exists():
        return False
    return run_git(clone, "remote", "get-url", "origin").stdout.strip() == address


def _of_file(file: Path) -> Iterator[Project]:
    if not file.is_file():
        msg = f"{file} is no file: name the list of projects with make fleet REPOS=FILE"
        raise RefusedError(msg)
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        words = line.partition("#")[0].split()
        if len(words) > 2:  # noqa: PLR2004  (address and ring)
            msg = f"{file}, line {number}: write an address and a ring, and nothing else; spaces in a path are %20"
            raise RefusedError(msg)
        if words:
            address = words[0].replace("%20", " ")
            local = (file.parent / Path(address).expanduser()).resolve()
            yield Project(str(local) if local.is_dir() else address, *words[1:])


def _of_organization(name: str) -> Iterator[Project]:
    listed = ask_github("--paginate", f"orgs/{name}/repos?per_page=100", "--jq", ".[] | {clone_url, topics}")
    for line in listed.splitlines():
        found = json.loads(line)
        rings = [topic.removeprefix("ring-") for topic in found["topics"] if topic.startswith("ring-")]
        if MARK in found["topics"]:
            yield Project(found["clone_url"], rings[0] if rings else REST)
