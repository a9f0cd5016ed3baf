"""What the layers decide, before git merges and after it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from kedro_modelops.updates.layers import DERIVED, IDENTICAL, TEAM, has_own_table, is_data, within
from kedro_modelops.updates.merging import OURS, THEIRS, Merged
from kedro_modelops.updates.record import FILE
from kedro_modelops.updates.repository import Entry, Tree


@dataclass
class Notes:
    """What people have to know of an update; paths all of them."""

    touched: list[str] = field(default_factory=list)
    """Of the platform's files, those that the team has changed."""
    kept: list[str] = field(default_factory=list)
    """Of the team's, those that the template has changed for its example; they stay as they are."""
    versions: tuple[str, str] = ("", "")
    """The template's two versions, whole, as commits that no branch knows."""
    stay_away: list[str] = field(default_factory=list)
    """What the team has deleted, and the template has changed or added to."""
    migrations: dict[str, str] = field(default_factory=dict)
    """What the wanted version has changed in the project's own files, by the migration's name."""
    derived: dict[str, str] = field(default_factory=dict)
    """What both have changed and a command writes anew, with the command."""


def prepare(
    base: Tree, ours: Tree, theirs: Tree, skip: Iterable[str], notes: Notes
) -> tuple[dict[str, Entry], dict[str, Entry]]:
    """The template's two versions, as far as they are merged: what is data, or the team's alone, is the same in both.

    Args:
        base: The version that the project has.
        ours: The project.
        theirs: The version that is wanted.
        skip: Patterns of what the team has taken out of updates.
        notes: What is to be told.
    """
    own_table = has_own_table(base, ours)
    pointers = [path for path in ours if path.endswith(".dvc")]
    left_out = [pattern for name in skip for pattern in (name.rstrip("/"), f"{name.rstrip('/')}/*")]

    def is_fixed(path: str) -> bool:
        fixed = path == FILE or is_data(path, pointers) or within(path, left_out)
        return fixed or (own_table and within(path, TEAM))

    before, after = dict(base), dict(theirs)
    for path in base.keys() | theirs.keys():
        if not is_fixed(path):
            continue
        if own_table and within(path, TEAM) and base.get(path) != theirs.get(path):
            notes.kept.append(path)
        for side in (before, after):
            side.pop(path, None)
        if path in base and path in ours:
            before[path] = after[path] = base[path]
    notes.touched += [
        path for path in base if within(path, IDENTICAL) and path in before and ours.get(path) != base[path]
    ]
    for path in base.keys() & ours.keys() & theirs.keys():
        command = next((done for pattern, done in DERIVED.items() if fnmatchcase(path, pattern)), None)
        if command and len({base[path], ours[path], theirs[path]}) == 3:  # noqa: PLR2004  (all differ)
            notes.derived[path] = command
    return before, after


def settle(merged: Merged, base: Tree, ours: Tree, notes: Notes) -> None:
    """Decides what needs no person: derived files are written anew, and what the team has deleted stays deleted."""
    for path, stages in list(merged.conflicts.items()):
        if path in notes.derived and OURS in stages:
            merged.tree[path] = stages[OURS]
            del merged.conflicts[path]
        elif within(path, TEAM) and OURS not in stages and THEIRS in stages:
            merged.tree.pop(path, None)
            del merged.conflicts[path]
            notes.stay_away.append(path)
    had, have = _folders(base), _folders(ours)
    for path in set(merged.tree) - set(base) - set(ours) - set(merged.conflicts):
        folder = PurePosixPath(path).parent
        if within(path, TEAM) and folder in had and folder not in have:
            del merged.tree[path]
            notes.stay_away.append(path)


def _folders(tree: Tree) -> set[PurePosixPath]:
    return {folder for path in tree for folder in PurePosixPath(path).parents}
