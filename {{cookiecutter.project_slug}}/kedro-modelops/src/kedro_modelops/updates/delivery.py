"""What a project is delivered with, after an update: new digests of the platform's files, limits of its own table."""

import json

from kedro_modelops.conformance.shipped import FILE, as_text
from kedro_modelops.updates.merging import Merged
from kedro_modelops.updates.repository import Repository, Tree

OF_THE_TEAM = ("problem", "limits")
"""Parts of the file that are the team's once they differ from the template's: its table is another."""


def renew_delivery(repository: Repository, trees: tuple[Tree, Tree, Tree], merged: Merged) -> None:
    """Writes `.conformance.json` anew: lines of three versions would conflict, and say what none of them is.

    Args:
        repository: Where they are.
        trees: The version that the project has, the project, and the wanted version.
        merged: What they came to.
    """
    base, ours, theirs = ({} if FILE not in tree else _parts(repository.text(tree[FILE])) for tree in trees)
    if not theirs:
        return
    own = bool(ours) and any(ours.get(part) != base.get(part) for part in OF_THE_TEAM)
    parts = theirs | {part: ours[part] for part in OF_THE_TEAM if own and part in ours}
    merged.tree[FILE] = repository.store(as_text(parts))
    merged.conflicts.pop(FILE, None)


def _parts(text: str) -> dict[str, dict[str, object]]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
