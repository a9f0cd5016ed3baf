"""How far the files of a table by period are from each other: what the limits of the ingestion follow from."""

from collections.abc import Mapping
from typing import Any

from kedro_modelops.adoption.judging.thresholds import round_up
from kedro_modelops.adoption.proposing.proposal import Proposal
from kedro_modelops.adoption.tables.periods import periods_of
from kedro_modelops.pipelines.ingestion.parameters import Ingestion
from kedro_modelops.pipelines.ingestion.pattern import Profile, compare, profile

LIMITS = {
    "days": 3,
    "rows": 0.25,
    "nulls": 0.1,
    "outcomes": 0.15,
    "numbers": 0.25,
    "values": 0.1,
    "unseen": 0.05,
    "gone": 0.05,
    "repeated": 0.1,
}
"""What is allowed at least."""
ROOM, WIDEST = 1.5, 0.9
"""Times what was measured; and what a share or distance may be, of 1, for a rule that still says something."""
MOST_VALUES, MOST_FILES = 200, 24
"""Values of a text that is compared, and files that are: the newest."""


def calendar_of_raw(proposal: Proposal) -> list[str]:
    """Columns that differ from file to file by their nature: times, and what names or numbers rows."""
    apart = {proposal.key_column, proposal.time, *proposal.personal, *proposal.left_out}
    return [name for name, column in proposal.columns.items() if name in apart or column.kind == "time"]


def measure_files(proposal: Proposal) -> Mapping[str, float]:
    """By limit, how far files are at most from the former one that each is nearest to; empty of fewer than two.

    The first half of them is not looked at, but compared with: a summer is like no other month before there was one.
    """
    if not (proposal.every and proposal.time):
        return {}
    settings: dict[str, Any] = {"key": list(proposal.key), "time": proposal.time}
    settings |= {"calendar": calendar_of_raw(proposal), "time_zone": proposal.zone, "max_values": MOST_VALUES}
    ingestion = Ingestion.model_validate(settings | {"limits": LIMITS})
    table = proposal.table
    former: dict[str, Profile] = {}
    measured: dict[str, float] = {}
    files = list(table.groupby(periods_of(table[proposal.time], proposal.zone, proposal.every)))
    files = files[-MOST_FILES:]
    for number, (name, rows) in enumerate(files):
        now = profile(str(name), rows, ingestion)
        for found in compare(now, former, ingestion) if number >= len(files) / 2 else ():
            if found.rule in LIMITS:
                measured[found.rule] = max(measured.get(found.rule, 0.0), found.found)
        former[str(name)] = now
    return measured


def limits_of(measured: Mapping[str, float]) -> dict[str, float]:
    """What is allowed: more than was measured, and not less than where nothing was."""
    wide = {name: round_up(found * ROOM) for name, found in measured.items()}
    limits = {name: max(least, wide.get(name, 0)) for name, least in LIMITS.items()}
    shares = {name: min(limit, WIDEST) for name, limit in limits.items() if name not in {"days", "rows"}}
    return limits | shares | {"days": int(limits["days"])}
