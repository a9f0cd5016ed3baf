"""What workers and their supervisor tell each other, over a connection for each worker."""

from typing import NamedTuple

Outcome = bool | str
"""Of a look for the newest version: whether another one serves now, or why it was not taken."""


class Ready(NamedTuple):
    """A worker answers requests now."""


class RefreshOthers(NamedTuple):
    """A worker wants all others to look for the newest version."""


class Refresh(NamedTuple):
    """A worker has to look for the newest version."""

    number: int


class Refreshed(NamedTuple):
    """A worker has looked."""

    number: int
    outcome: Outcome


class OthersRefreshed(NamedTuple):
    """All others have looked."""

    outcomes: list[Outcome]
