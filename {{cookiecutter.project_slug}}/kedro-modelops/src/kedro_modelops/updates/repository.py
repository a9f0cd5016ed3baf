"""The git repository of a project: trees as mappings from path to entry, and what is written of them."""

import os
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from kedro_modelops.errors import RefusedError
from kedro_modelops.tracking import commits

NEWEST_WANTED = (2, 38)
OF_ONE_REPOSITORY = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX")
"""Variables that git sets in its hooks: they would lead from one repository to another."""
NOBODY = {f"GIT_{role}_{key}": "template@localhost" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}


class Entry(NamedTuple):
    """A file in a tree."""

    mode: str
    blob: str


Tree = Mapping[str, Entry]


class GitError(RefusedError):
    """What git says where it fails."""


def run_git(
    folder: Path, *words: str, stdin: str = "", fine: tuple[int, ...] = (0,), variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs git in a folder; GitError if its exit status is none of those that are fine."""
    inherited = {name: value for name, value in os.environ.items() if name not in OF_ONE_REPOSITORY}
    done = commits.run_git(folder, *words, input=stdin, env=inherited | dict(variables or {}))
    if done.returncode not in fine:
        msg = f"git {words[0]} fails in {folder}: {(done.stderr or done.stdout).strip()[-1500:]}"
        raise GitError(msg)
    return done


class Repository:
    """The repository that holds a project, in its root or below."""

    def __init__(self, project: Path) -> None:
        """Finds it.

        Raises:
            RefusedError: If git is too old, or there is no repository, or no commit in it.
        """
        version = run_git(project, "version").stdout.split()[2]
        with suppress(ValueError):
            if tuple(map(int, version.split(".")[:2])) < NEWEST_WANTED:
                msg = f"git {version} cannot merge beside the working tree: install git 2.38 or newer"
                raise RefusedError(msg)
        try:
            answer = run_git(project, "rev-parse", "--show-toplevel", "--absolute-git-dir", "--verify", "HEAD").stdout
        except GitError as error:
            msg = f"{project} is no git repository with a commit, so nothing could be merged: `make setup` makes it one"
            raise RefusedError(msg) from error
        self.project, self.top = project, Path(answer.splitlines()[0])
        self._directory = answer.splitlines()[1]
        self.prefix = run_git(project, "rev-parse", "--show-prefix").stdout.strip()

    def changes(self) -> list[str]:
        """Files of the project that differ from the last commit, or are in none."""
        return commits.changed_files(self.project)

    def head(self) -> dict[str, Entry]:
        """All files of the last commit, of other projects too."""
        return self.read("HEAD")

    def files(self) -> dict[str, Entry]:
        """Of those, the project's, by their paths in its folder."""
        start = len(self.prefix)
        return {path[start:]: entry for path, entry in self.head().items() if path.startswith(self.prefix)}

    def read(self, tree: str) -> dict[str, Entry]:
        """The files of a tree."""
        listed = run_git(self.top, "ls-tree", "-r", "-z", "--full-tree", tree).stdout
        told = [line.partition("\t") for line in listed.split("\0") if line]
        return {path: Entry(words.split()[0], words.split()[2]) for words, _, path in told}

    def write(self, tree: Tree) -> str:
        """Stores a tree; its name."""
        lines = "".join(f"{mode} {blob}\t{path}\0" for path, (mode, blob) in tree.items())
        with TemporaryDirectory() as scratch:
            index = {"GIT_INDEX_FILE": str(Path(scratch, "index"))}
            run_git(self.top, "update-index", "-z", "--index-info", stdin=lines, variables=index)
            return run_git(self.top, "write-tree", variables=index).stdout.strip()

    def check_out(self, tree: Tree, folder: Path) -> None:
        """Writes a tree's files into a folder."""
        with TemporaryDirectory() as scratch:
            index = {"GIT_INDEX_FILE": str(Path(scratch, "index"))}
            run_git(self.top, "read-tree", self.write(tree), variables=index)
            folder.mkdir(parents=True, exist_ok=True)
            run_git(self.top, "checkout-index", "--all", f"--prefix={folder}/", variables=index)

    def take_in(self, folder: Path, *, ignored: bool = False) -> dict[str, Entry]:
        """Stores a folder's files, with or without those that it ignores itself."""
        with TemporaryDirectory() as scratch:
            index = {"GIT_INDEX_FILE": str(Path(scratch, "index"))}
            quiet = ("-c", f"core.excludesFile={os.devnull}", "-c", "core.safecrlf=false")
            here = (*quiet, f"--git-dir={self._directory}", f"--work-tree={folder}")
            run_git(folder, *here, "add", "--all", *["--force"] * ignored, "--", ".", variables=index)
            return self.read(run_git(folder, *here, "write-tree", variables=index).stdout.strip())

    def store(self, text: str) -> Entry:
        """Stores a file's text."""
        return Entry("100644", run_git(self.top, "hash-object", "-w", "--stdin", stdin=text).stdout.strip())

    def text(self, entry: Entry) -> str:
        """A file's text."""
        return run_git(self.top, "cat-file", "blob", entry.blob).stdout

    def commit(self, tree: Tree, *parents: str) -> str:
        """Makes a commit that no branch knows."""
        named = [word for parent in parents for word in ("-p", parent)]
        made = run_git(
            self.top, "commit-tree", self.write(tree), *named, "-m", "kedro modelops update", variables=NOBODY
        )
        return made.stdout.strip()
