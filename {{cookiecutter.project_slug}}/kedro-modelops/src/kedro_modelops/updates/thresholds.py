"""Parameters that have another value after an update: gates, monitors and searches judge by them."""

from fnmatch import fnmatchcase
from typing import Any, NamedTuple

import yaml

from kedro_modelops.nested_parameters import by_full_name
from kedro_modelops.updates.repository import Entry, Repository, Tree

FILES = "conf/*/parameters*.yml"
ABSENT = "-"


class Threshold(NamedTuple):
    """A parameter before and after."""

    file: str
    name: str
    before: Any
    after: Any


def changed_thresholds(repository: Repository, before: Tree, after: Tree) -> list[Threshold]:
    """Those that the files of both have, or one of them.

    Args:
        repository: Where both are.
        before: The project.
        after: The same, merged; files in conflict are left out, as they are no YAML.
    """
    found = []
    for file in sorted(path for path in before.keys() & after.keys() if fnmatchcase(path, FILES)):
        if before[file] == after[file]:
            continue
        old, new = (_leaves(repository, tree[file]) for tree in (before, after))
        names = [name for name in {**old, **new} if new and old.get(name, ABSENT) != new.get(name, ABSENT)]
        found += [Threshold(file, name, old.get(name, ABSENT), new.get(name, ABSENT)) for name in names]
    return found


def _leaves(repository: Repository, entry: Entry) -> dict[str, Any]:
    try:
        return {name: value for name, value in by_full_name(yaml.safe_load(repository.text(entry))) if name}
    except yaml.YAMLError:
        return {}
