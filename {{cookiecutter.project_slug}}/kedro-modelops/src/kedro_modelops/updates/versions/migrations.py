"""Migrations: what a version of the template changes in files that are the team's, as functions."""

import runpy
from collections.abc import Callable
from pathlib import Path

from kedro_modelops.errors import RefusedError
from kedro_modelops.updates.repository import Entry, Repository, Tree
from kedro_modelops.updates.versions.template import Version

PATTERN = "migrations/[0-9]*.py"
"""In the template's folder; each has a function `migrate`, which takes the folder of a project and edits it."""


def migrate(
    old: Version, new: Version, repository: Repository, trees: tuple[Tree, Tree], scratch: Path
) -> tuple[dict[str, Entry], dict[str, Entry], dict[str, str]]:
    """A version as rendered, and the project, as they would be had both always been written for the wanted version.

    Both are migrated, so that what the team has not edited still merges as such.

    Args:
        old: The version that the project has.
        new: The wanted one; its migrations run that the other has not, in the order of their names.
        repository: Where the trees are.
        trees: The rendered version's files, and the project's.
        scratch: A folder that is not there yet.

    Returns:
        Both trees, and what was done to the project, by the migration's name.

    Raises:
        RefusedError: If a migration fails.
    """
    known = {script.name for script in old.folder.glob(PATTERN)}
    scripts = sorted(script for script in new.folder.glob(PATTERN) if script.name not in known)
    functions = {script: _load(script) for script in scripts}
    base, _ = _apply(functions, repository, trees[0], scratch / "old")
    ours, told = _apply(functions, repository, trees[1], scratch / "project")
    return base, ours, told


def _apply(
    functions: dict[Path, Callable[[Path], None]], repository: Repository, tree: Tree, scratch: Path
) -> tuple[dict[str, Entry], dict[str, str]]:
    told: dict[str, str] = {}
    if not functions:
        return dict(tree), told
    repository.check_out(tree, scratch)
    now = first = repository.take_in(scratch, ignored=True)
    for script, function in functions.items():
        before = now
        try:
            function(scratch)
        except Exception as error:
            msg = f"{script.name} of the template fails on this project, {type(error).__name__}: {error}"
            raise RefusedError(msg) from error
        now = repository.take_in(scratch, ignored=True)
        if now != before:
            told[script.stem] = (function.__doc__ or script.stem).strip().splitlines()[0]
    gone = first.keys() - now.keys()
    kept = {path: entry for path, entry in tree.items() if path not in gone}
    return kept | {path: entry for path, entry in now.items() if first.get(path) != entry}, told


def _load(script: Path) -> Callable[[Path], None]:
    try:
        function: Callable[[Path], None] = runpy.run_path(str(script))["migrate"]
    except Exception as error:
        msg = f"{script.name} of the template is no migration, {type(error).__name__}: {error}"
        raise RefusedError(msg) from error
    return function
