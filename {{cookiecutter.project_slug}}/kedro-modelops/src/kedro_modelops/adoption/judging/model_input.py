"""The table that a model is trained on, made in memory as the project's own code will make it."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupShuffleSplit, train_test_split

from kedro_modelops.adoption.proposing.proposal import TEST_SHARE, Proposal
from kedro_modelops.contracts.row_keys import key_from_content
from kedro_modelops.roles import Roles

SEED = 1
SEEDS = 50
"""How many are tried."""
TWO_WEEKS, A_YEAR = 14, 400
"""Days beyond which weekdays and months come again."""
FEWEST = 3
"""Different hours, days or months that make a pattern."""
ANSWERS = ("prediction", "score")
"""Columns that stand beside the target in what a model answers."""


def calendar_of(proposal: Proposal) -> tuple[str, ...]:
    """Features that are made of the time: hours if it has some, months if it has more than a year of them."""
    if not proposal.time:
        return ()
    times = proposal.columns[proposal.time].content.dt.tz_convert(proposal.zone)
    days = (times.max() - times.min()).days
    by_month = days > A_YEAR and times.dt.month.nunique() >= FEWEST
    fit = {"hour": times.dt.hour.nunique() >= FEWEST, "weekday": _every_day(times, days), "month": by_month}
    return tuple(name for name, is_fit in fit.items() if is_fit and name not in proposal.columns)


def _every_day(times: pd.Series, days: int) -> bool:
    of_months = times.dt.day.nunique() < FEWEST  # such as the first of each
    return days > TWO_WEEKS and not of_months and times.dt.dayofweek.nunique() >= FEWEST


def key_name(proposal: Proposal) -> str:
    """The column of the model's input that holds keys."""
    if proposal.key_column:
        return proposal.key_column
    return next(name for name in ("key", "row_key", "content_key") if name not in proposal.columns)


def goal_name(proposal: Proposal) -> str:
    """The column of the model's input that holds the target: another name where answers have it."""
    return f"actual_{proposal.target}" if proposal.target in ANSWERS else proposal.target


def roles_of(proposal: Proposal) -> Roles:
    """Roles in the model's input."""
    roles = {"time": proposal.time, "group": proposal.group, "text": proposal.text}
    return Roles(target=goal_name(proposal), key=key_name(proposal), **roles)


def compute(proposal: Proposal, table: pd.DataFrame) -> pd.DataFrame:
    """Features with key, time, group and what became of each row; without rows of which that is not known."""
    rows = table[label(proposal, table).notna()]
    single = proposal.key_column
    keys = rows[single].astype(str) if single else key_from_content(rows, proposal.key or proposal.sent)
    rows, keys = rows[~keys.duplicated()].reset_index(drop=True), keys[~keys.duplicated()].reset_index(drop=True)
    found = pd.DataFrame({name: rows[name] for name in proposal.features})
    found = found.astype({column.name: "float32" for column in proposal.of_kind("number") if not column.survives_text})
    for part in calendar_of(proposal):
        local = rows[str(proposal.time)].dt.tz_convert(proposal.zone).dt
        found[part] = (local.dayofweek if part == "weekday" else getattr(local, part)).astype("int64")
    roles = {name: rows[name] for name in (proposal.time, proposal.group) if name}
    target = label(proposal, rows)
    types: dict[str, Any] = {"binary": bool, "regression": float}
    outcome = target.astype(types.get(proposal.kind, _plain(target)))
    return found.assign(**{**roles, key_name(proposal): keys, goal_name(proposal): outcome})


def label(proposal: Proposal, table: pd.DataFrame) -> pd.Series:
    """What became of each row; null where that is not known, or is too rare to be learned."""
    values = table[proposal.target]
    if proposal.kind == "regression":
        return values.astype(float)
    known = values.where(values.isin(proposal.classes))
    if proposal.kind == "binary":
        return pd.Series((known == proposal.classes[-1]).astype("boolean").where(known.notna()))
    return pd.Series(known if values.dtype == object else known.astype("Int64"))


def _plain(target: pd.Series) -> str:
    return "object" if target.dtype == object else "int64"


def divide(proposal: Proposal, table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Training and test set: the newest rows test, or whole groups, or rows that are drawn."""
    if proposal.time:
        begin = table[proposal.time].quantile(1 - TEST_SHARE, interpolation="nearest")
        train, test = table[table[proposal.time] < begin], table[table[proposal.time] >= begin]
    elif proposal.group:
        learned, judged = _draw_groups(proposal, table, split_seed(proposal, table))
        train, test = table.iloc[learned], table.iloc[judged]
    else:
        stratify = None if proposal.kind == "regression" else table[goal_name(proposal)]
        train, test = train_test_split(table, test_size=TEST_SHARE, random_state=SEED, stratify=stratify)
    return train.reset_index(drop=True), test.reset_index(drop=True)


def split_seed(proposal: Proposal, table: pd.DataFrame) -> int:
    """The seed by which rows that judge are drawn: of groups the first that leaves each class in both sets."""
    if not proposal.group or proposal.kind == "regression":
        return SEED
    outcome = table[goal_name(proposal)]
    classes = set(outcome)
    for seed in range(SEED, SEED + SEEDS):
        if all(set(outcome.iloc[part]) == classes for part in _draw_groups(proposal, table, seed)):
            return seed
    return SEED


def _draw_groups(proposal: Proposal, table: pd.DataFrame, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the rows that are learned and of those that judge."""
    drawn = GroupShuffleSplit(n_splits=1, test_size=TEST_SHARE, random_state=seed)
    learned, judged = next(drawn.split(table, groups=table[proposal.group]))
    return np.sort(learned), np.sort(judged)
