"""Finds the part that each column plays, from names and content."""

from textwrap import shorten

import pandas as pd

from kedro_modelops.adoption.proposing.columns import Column, settle
from kedro_modelops.adoption.proposing.free_text import MANY, is_free_text, is_wide
from kedro_modelops.adoption.proposing.groups import find_group
from kedro_modelops.adoption.proposing.keys import outcome, with_keys
from kedro_modelops.adoption.proposing.kinds import ProblemKind, classes_of, counted, kind_of, suitable
from kedro_modelops.adoption.proposing.leaks import find_leaks
from kedro_modelops.adoption.proposing.periods import with_periods
from kedro_modelops.adoption.proposing.personal_data import is_id, is_id_of_person, personal
from kedro_modelops.adoption.proposing.proposal import Proposal
from kedro_modelops.adoption.proposing.targets import find_target
from kedro_modelops.adoption.proposing.times.finding import check_time, find_time, is_new, other_time, with_named_times
from kedro_modelops.adoption.proposing.wishes import Wishes
from kedro_modelops.adoption.tables import Source
from kedro_modelops.errors import RefusedError
from kedro_modelops.files.folder import FILE

OPAQUE = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|[0-9a-fA-F]{16,64}|(?=.*\d)[A-Z0-9_-]{6,64}"
LONGEST_KEY, LARGE, DRAWN = 100, 2_000_000, 1_000_000
"""Characters of a key; rows of a table of which sets are drawn; and rows of each."""


def propose(source: Source, wishes: Wishes) -> Proposal:
    """Says what a table is taken for.

    Args:
        source: The table.
        wishes: What a person has said of it.

    Raises:
        RefusedError: If a wish names no column, or there is nothing to predict or to predict from.
    """
    read, made = with_named_times(source.table, wishes)
    table, unfit = settle(read, wishes.zone)
    time = made.name if made else wishes.time
    parts = {name: f"is a part of {time}" for name in (made.columns if made else ()) if name not in table}
    wishes.check([*map(str, table), *parts])
    columns = _columns(source, table.drop(columns=list(wishes.drop), errors="ignore"))
    if time in columns:
        check_time(columns[time])
    target = wishes.target or find_target(columns)
    columns = {name: counted(column, target) for name, column in columns.items()}
    kind: ProblemKind = suitable(columns[target], wishes.kind) if wishes.kind else kind_of(columns[target])
    found = Proposal(
        name=wishes.name or source.name,
        place=source.place,
        target=target,
        kind=kind,
        classes=classes_of(columns[target], kind),
        zone=wishes.zone,
        columns=columns,
        time_parts=made,
        dropped=source.dropped | unfit | parts | dict.fromkeys(wishes.drop, "as you wish"),
        rules=source.rules,
        notes=source.notes,
        max_rows=wishes.max_rows or (DRAWN if len(table) > LARGE else None),
    )
    timeless = wishes.says_time or bool(wishes.group)
    found = found.but(time=time if timeless else find_time(found))
    if not timeless and (said := other_time(found, read, wishes)):
        return propose(source, Wishes(**wishes.said() | said))
    return _with_parts(with_periods(_with_key(found, wishes), source.files), wishes)


def _columns(source: Source, table: pd.DataFrame) -> dict[str, Column]:
    return {name: Column(name, table[name], source.units.get(name, "")) for name in map(str, table)}


def _with_key(proposal: Proposal, wishes: Wishes) -> Proposal:
    """With what identifies a row, and the group whose rows stay together."""
    own = (FILE,) if proposal.rules else find_key(proposal)
    found = proposal.but(key=wishes.key_columns(proposal.columns) if wishes.says_key else own)
    return found.but(group=wishes.group if wishes.says_group or found.time else find_group(found))


def find_key(proposal: Proposal) -> tuple[str, ...]:
    """The column that names rows: an id by its name or by its form, unique and complete."""
    for column in proposal.columns.values():
        if column.name in {proposal.target, proposal.time} or not column.unique or column.kind not in {"whole", "text"}:
            continue
        short = column.kind == "whole" or bool((column.known.str.len() <= LONGEST_KEY).all())
        opaque = column.kind == "text" and column.known.str.fullmatch(OPAQUE).all()
        if short and (is_id(column) or opaque) and personal(column, proposal.columns) in {None, "an id of a person"}:
            return (column.name,)
    return ()


def _with_parts(proposal: Proposal, wishes: Wishes) -> Proposal:
    kept = {*wishes.keep, *([proposal.content] if proposal.content else [])}
    roles = {proposal.target, proposal.key_column, proposal.time}
    others = [column for name, column in proposal.columns.items() if name not in roles]
    about = {c.name: what for c in others if c.name != proposal.content and (what := personal(c, proposal.columns))}
    about |= dict.fromkeys(wishes.personal, "as you say")
    if (key := proposal.key_column) and is_id_of_person(proposal.columns[key]):
        about[key] = "an id of a person"
    left_out = {
        column.name: reason
        for column in others
        if column.name not in {*about, *kept} and (reason := _no_feature(column, proposal))
    }
    candidates = [column for column in others if column.name not in left_out and column.name not in {*about} - kept]
    leaks = find_leaks(candidates, outcome(proposal), classes=proposal.kind != "regression")
    after = {name: f"predicts {proposal.target} almost alone ({score:.3f})" for name, score in leaks.items()}
    after |= dict.fromkeys(wishes.after, "as you say")
    after = {name: why for name, why in after.items() if name not in kept}
    features = tuple(column.name for column in candidates if column.name not in after)
    if not features:
        beside = f" but {proposal.time}: add what is known before, such as past values" if proposal.time else ""
        msg = f"no column of {proposal.place} is left to predict {proposal.target} from{beside}; name some by --keep"
        raise RefusedError(msg)
    text = tuple(
        name for name in features if name == proposal.content or is_free_text(proposal.columns[name], kept=name in kept)
    )
    found = proposal.but(features=features, text=text, after=after, leaks=leaks, personal=about, left_out=left_out)
    return with_keys(found, wishes)


def _no_feature(column: Column, proposal: Proposal) -> str | None:
    """Why a column is no feature; None if it is one."""
    wide = is_wide(column) and not is_free_text(column)
    reasons = {
        "names a group": column.name == proposal.group,
        f"is always {_example(column)}": column.distinct == 1 and not column.nulls,
        "is another time": column.kind == "time",
        "is known of the newest rows only": is_new(column, proposal),
        "numbers the rows": column.kind == "whole" and column.unique and _numbers_rows(column),
        "is an id": is_id(column) and (column.unique or column.distinct > MANY),
        f"is text such as {_example(column)}: numbers, once their signs are taken out": wide
        and column.has_signed_numbers,
        f"is text with {column.distinct:,} different values": wide,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _example(column: Column) -> str:
    return shorten(str(column.known.iloc[0]), 40, placeholder=" …") if len(column.known) else ""


def _numbers_rows(column: Column) -> bool:
    return bool((column.content.diff().iloc[1:] == 1).all()) and int(column.content.iloc[0]) in {0, 1}
