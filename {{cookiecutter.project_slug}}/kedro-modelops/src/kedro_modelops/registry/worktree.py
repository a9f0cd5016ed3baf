"""The project as it was at a commit, with the data of that time, in a worktree of its own."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from dvc.repo import Repo

from kedro_modelops.errors import RefusedError
from kedro_modelops.tracking.commits import folder_then, run_git
from kedro_modelops.tracking.lineage import GIT, inputs

Say = Callable[[str], None]


@contextmanager
def worktree(project: Path, lineage: Mapping[str, str], say: Say, *, keep: bool) -> Iterator[tuple[Path, Path]]:
    """A scratch folder, and in it the project as it was at the commit of a lineage, wherever its folder was then."""
    commit, scratch = lineage["git.commit"], Path(mkdtemp(prefix="reproduce-"))
    added = run_git(project, "worktree", "add", "--detach", str(scratch / "tree"), commit)
    try:
        if added.returncode:
            msg = f"git cannot make a worktree: {added.stderr.strip()}"
            raise RefusedError(msg)
        say(f"Worktree of commit {commit[:10]}: {scratch / 'tree'}")
        yield scratch, scratch / "tree" / folder_then(project, lineage)
    finally:
        if keep:
            say(f"Kept. `git worktree remove --force {scratch / 'tree'}` removes it")
        else:
            run_git(project, "worktree", "remove", "--force", str(scratch / "tree"))
            shutil.rmtree(scratch, ignore_errors=True)


def fetch_data(project: Path, tree: Path, lineage: dict[str, str]) -> None:
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
