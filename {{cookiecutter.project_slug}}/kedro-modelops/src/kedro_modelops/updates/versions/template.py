"""The template, cloned: its versions and where they lie."""

import json
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kedro_modelops.errors import RefusedError
from kedro_modelops.updates.repository import GitError, run_git


@dataclass(frozen=True)
class Version:
    """A commit of the template, checked out."""

    commit: str
    folder: Path

    @property
    def name(self) -> str:
        """What people call it: a tag, or its number and the commit."""
        tags = run_git(self.folder, "tag", "--points-at", self.commit).stdout.split()
        questions = json.loads((self.folder / "cookiecutter.json").read_text("utf-8"))
        return tags[-1] if tags else "-".join(filter(None, (questions.get("_version"), self.commit[:8])))


class Template:
    """A clone of the template."""

    def __init__(self, address: str, project: Path, scratch: Path, directory: str | None) -> None:
        """Clones it.

        Args:
            address: URL, or path of a clone on this machine, as seen from the project.
            project: The project's folder.
            scratch: Where the clone may lie.
            directory: Folder of the repository in which the template is, where it is not the root.
        """
        local = (project / Path(address).expanduser()).resolve()
        self._address, self._clone, self._scratch = address, scratch / "template", scratch
        self._directory = directory or ""
        try:
            named = str(local) if local.is_dir() else address
            run_git(project, "clone", "--quiet", "--no-checkout", "--", named, str(self._clone))
        except GitError as error:
            msg = (
                f"the template at {address} cannot be cloned: name a clone of it on this machine, or another address, "
                f"with --template. {error.message}"
            )
            raise RefusedError(msg) from error

    def find(self, wanted: str | None, checkout: str | None = None) -> Version:
        """Checks a version out.

        Args:
            wanted: Tag, branch or commit; without one, the newest of the branch that the project follows.
            checkout: That branch; without one, the template's main branch.

        Raises:
            RefusedError: If there is no such version.
        """
        names = [f"origin/{wanted}", wanted, f"v{wanted}"] if wanted else [f"origin/{checkout}", "HEAD"]
        commit = next(filter(None, map(self._commit, names)), "")
        if not commit:
            tags = run_git(self._clone, "tag", "--sort=-creatordate").stdout.split()[:5]
            last = f"; the last versions are {', '.join(tags)}" if tags else ""
            msg = f"the template at {self._address} has no version, branch or commit {wanted}{last}"
            raise RefusedError(msg)
        folder = self._scratch / commit
        if not folder.exists():  # others may look for the same at this moment
            beside = tempfile.mkdtemp(dir=self._scratch)
            run_git(self._clone, "worktree", "add", "--quiet", "--detach", beside, commit)
            with suppress(OSError):
                Path(beside).rename(folder)
        version = Version(commit, folder / self._directory)
        if not (version.folder / "cookiecutter.json").is_file():
            msg = f"{self._address} has no cookiecutter.json at {wanted or commit[:8]}: is it the template's address?"
            raise RefusedError(msg)
        return version

    def _commit(self, name: str) -> str:
        words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        return run_git(self._clone, *words, fine=(0, 1, 128)).stdout.strip()
