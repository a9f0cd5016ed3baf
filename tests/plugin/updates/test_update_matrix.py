"""Each kind of change in a template meets each kind of edit of a team: nothing is lost or left out silently.

What is compared here knows nothing of the merge: lines and files before and after it.
"""

from collections import Counter
from pathlib import Path

import pytest
from kedro_modelops.testing.commands import git
from kedro_modelops.updates.updating import Update, Wish, update
from tiny_template import Files, TinyTemplate, commit, files
from versions_of_it import EDITS, VERSIONS

CASES = [(version, edit) for version in VERSIONS for edit in EDITS]
TEAMS = {
    "busy": ["own-files", "edited", "catalog-extended", "plugin-edited", "binary-changed"],
    "stubborn": ["edited-the-same-lines", "renamed"],
}
"""Edits that one project has together."""


def lines(tree: Files) -> Counter[bytes]:
    """All lines of all texts, wherever they stand."""
    texts = [content for path, content in tree.items() if path != ".cruft.json" and b"\0" not in content]
    return Counter(line.strip() for text in texts for line in text.splitlines() if line.strip())


def binaries(tree: Files) -> set[bytes]:
    return {content for content in tree.values() if b"\0" in content}


def unmerged(project: Path) -> set[str]:
    return set(git(project, "diff", "--name-only", "--diff-filter=U").splitlines())


def in_index(project: Path) -> Files:
    """What the index holds of files in conflict, from all sides."""
    told = [line.split(maxsplit=3) for line in git(project, "ls-files", "--unmerged").splitlines()]
    return {
        f"{stage} {path}": git(project, "cat-file", "blob", blob).encode()
        for _, blob, stage, path in told
        if not path.endswith(".png")
    }


@pytest.fixture(scope="session")
def rendered(tiny: TinyTemplate, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Files]:
    """Each version as it is when baked afresh."""
    same = {"region": "north"}
    return {name: files(tiny.bake(tmp_path_factory.mktemp(name), name, same)) for name in ("main", *VERSIONS)}


@pytest.mark.parametrize(("version", "edit"), CASES)
@pytest.mark.usefixtures("quick")
def test_each_edit_meets_each_change(version: str, edit: str, project: Path, rendered: dict[str, Files]) -> None:
    update_loses_nothing(project, version, [edit], rendered)


@pytest.mark.parametrize("team", TEAMS)
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.usefixtures("quick")
def test_nothing_is_lost(version: str, team: str, project: Path, rendered: dict[str, Files]) -> None:
    update_loses_nothing(project, version, TEAMS[team], rendered)


def update_loses_nothing(project: Path, version: str, edits: list[str], rendered: dict[str, Files]) -> None:
    for edit in edits:
        EDITS[edit](project)
    commit(project)
    old, new, ours = rendered["main"], rendered[version], files(project)

    done = update(project, Wish(version, defaults=True))
    if version == "migration":
        old, ours = migrated(old), migrated(ours)

    after, conflicts = files(project), unmerged(project)
    found = lines(after) + lines(in_index(project))
    assert [line for line in lines(ours) - lines(old) if line not in found] == []
    assert binaries(ours) - binaries(old) <= binaries(after)
    data = {path: content for path, content in ours.items() if path.startswith("data/") or path == "dvc.lock"}
    assert {path: after.get(path) for path in data} == data
    told = told_by(done)
    missing = [line for line in lines(new) - lines(old) if line not in found]
    elsewhere = {line for path in told for line in lines({path: new.get(path, b"")})}
    assert [line for line in missing if line not in elsewhere and not is_data(line, new)] == []
    assert set(done.merged.conflicts) == conflicts if done.merged else not conflicts
    for path in old.keys() - ours.keys():  # deleted, or elsewhere
        assert path not in after or path in conflicts or path in data
    if not conflicts:
        assert [
            line
            for line in lines(old) - lines(ours)
            if found[line] > max(lines(ours)[line], lines(new)[line] - lines(old)[line])
        ] == []
        assert b"<<<<<<<" not in b"".join(after[path] for path in after)

    git(project, "add", "--all")
    commit(project)
    assert update(project, Wish(version, defaults=True)).merged is None


def migrated(tree: Files) -> Files:
    return {
        path: content.replace(b"limit: ", b"threshold: ") if path.startswith("conf/") else content
        for path, content in tree.items()
    }


def is_data(line: bytes, tree: Files) -> bool:
    return any(line in content for path, content in tree.items() if path.startswith("data/"))


def told_by(done: Update) -> set[str]:
    return {*done.notes.kept, *done.notes.stay_away, *done.notes.derived}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.usefixtures("quick")
def test_an_untouched_project_becomes_a_fresh_one(version: str, project: Path, rendered: dict[str, Files]) -> None:
    update(project, Wish(version, defaults=True))
    commit(project)
    after, fresh = files(project), rendered[version]
    for tree in (after, fresh):
        for path in [path for path in tree if path.startswith("data/")]:
            del tree[path]
    assert after == fresh
