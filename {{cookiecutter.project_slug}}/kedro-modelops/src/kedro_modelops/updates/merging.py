"""The merge: git's own, of three commits that no branch knows."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from kedro_modelops.errors import RefusedError
from kedro_modelops.updates.repository import Entry, Repository, Tree, run_git

OURS, THEIRS = 2, 3
"""Git's stages of a file in conflict; 1 is what both began with."""
SETTINGS = (
    "-c",
    "merge.renames=true",
    "-c",
    "merge.directoryRenames=true",  # a new file follows a folder that the team has renamed
    "-c",
    "merge.renameLimit=0",
)


@dataclass
class Merged:
    """What a merge came to."""

    tree: dict[str, Entry]
    conflicts: dict[str, dict[int, Entry]]
    """By file, its entry in each stage; the tree holds the file with its conflicts marked."""

    def changed(self, before: Mapping[str, Entry]) -> list[str]:
        """Files that are not as they were."""
        return sorted(path for path in self.tree.keys() | before.keys() if self.tree.get(path) != before.get(path))


def merge(repository: Repository, base: Tree, ours: Tree, theirs: Tree, name: str) -> Merged:
    """Merges two trees that began with a third.

    Args:
        repository: Where they are.
        base: What both began with.
        ours: The team's.
        theirs: The template's.
        name: What the template's side is called where conflicts are marked.
    """
    root = repository.commit(base)
    sides = {"yours": repository.commit(ours, root), name: repository.commit(theirs, root)}
    with _named(repository, sides) as names:
        said = run_git(repository.top, *SETTINGS, "merge-tree", "--write-tree", "-z", *names, fine=(0, 1)).stdout
    tree, *told = said.split("\0")
    conflicts: dict[str, dict[int, Entry]] = defaultdict(dict)
    for line in told:
        if not line:
            break
        words, _, path = line.partition("\t")
        mode, blob, stage = words.split()
        conflicts[path][int(stage)] = Entry(mode, blob)
    return Merged(repository.read(tree), dict(conflicts))


@contextmanager
def _named(repository: Repository, sides: dict[str, str]) -> Iterator[list[str]]:
    """Gives commits names, which git writes beside conflicts, for as long as it merges."""
    names = {f"update/{name}": commit for name, commit in sides.items()}
    try:
        for name, commit in names.items():
            run_git(repository.top, "update-ref", f"refs/{name}", commit)
        yield list(names)
    finally:
        for name in names:
            run_git(repository.top, "update-ref", "-d", f"refs/{name}")


def put_in_place(repository: Repository, merged: Merged) -> None:
    """Writes what was merged to the working tree and the index, conflicts as git leaves them after `git merge`.

    Raises:
        RefusedError: If files are in the way that git does not hold; nothing was written then.
    """
    head = repository.head()
    others = {path: entry for path, entry in head.items() if not path.startswith(repository.prefix)}
    whole = others | {repository.prefix + path: entry for path, entry in merged.tree.items()}
    new = [repository.top / path for path in whole.keys() - head.keys()]
    if in_the_way := [path for path in new if path.is_symlink() or path.is_file()]:
        named = ", ".join(sorted(path.relative_to(repository.top).as_posix() for path in in_the_way))
        msg = f"{named} would be overwritten, and git does not hold it: move it away first"
        raise RefusedError(msg)
    run_git(repository.top, "read-tree", "-u", "-m", "HEAD", repository.write(whole))
    lines = ""
    for path, stages in merged.conflicts.items():
        named = repository.prefix + path
        lines += f"0 {'0' * len(next(iter(stages.values())).blob)}\t{named}\0"
        lines += "".join(f"{mode} {blob} {stage}\t{named}\0" for stage, (mode, blob) in stages.items())
    run_git(repository.top, "update-index", "-z", "--index-info", stdin=lines)
