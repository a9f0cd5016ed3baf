"""Says which months may be trained on, and what is wrong with the others."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from kedro_modelops.pipelines.ingestion.parameters import Ingestion
from kedro_modelops.pipelines.ingestion.pattern import Finding, Profile, compare, profile

Months = dict[str, Callable[[], pd.DataFrame]]
"""Rows by month; a month is loaded when its function is called."""

MEANING = {
    "outside": "share of rows whose time is not in the month that the file is named after",
    "overlap": "share of rows whose key a former month has",
    "repeated": "share of rows that a former month has too, but for the calendar",
    "days": "days without rows, beyond those of a former month",
    "rows": "difference from the number of rows of a former month, as a share of it",
    "nulls": "difference from the share of nulls in a former month",
    "outcomes": "difference from the share of such rows in a former month",
    "numbers": "distance from the distribution in a former month (the statistic of Kolmogorov and Smirnov)",
    "values": "largest difference from the share of a value in a former month",
    "unseen": "share of rows with values that no former month has",
    "gone": "share that a value had in every former month, and that is gone",
}
NEVER_ACCEPTED = ("outside", "overlap")
"""A row belongs to one month, whoever says otherwise."""


def judge_months(arrived: Months, history: Months, ingestion: Ingestion) -> tuple[list[str], dict[str, dict[str, Any]]]:
    """Judges each month by its contract, and by the months that were taken in before it; one is in memory at a time.

    Args:
        arrived: Months that ask to be taken in. Loading one judges it by its contract.
        history: Months that were taken in.
        ingestion: What a month has to be like.

    Returns:
        Names of the months that may be taken in or are in already, and what is wrong with the others: the `error` that
        loading or judging them raised, or `reasons` (sentences) and the `findings` that they come from.
    """
    former = {month: profile(month, load(), ingestion) for month, load in history.items()}
    accepted: list[str] = []
    refused: dict[str, dict[str, Any]] = {}
    for month, load in sorted(arrived.items()):
        try:
            wrong = _judge(month, load(), former, ingestion)
        except Exception as error:  # who writes the report can tell a broken file or contract from a fault of the code
            refused[month] = {"error": error}
            continue
        if wrong:
            refused[month] = wrong
        else:
            accepted.append(month)
    return accepted, refused


def _judge(month: str, rows: pd.DataFrame, former: dict[str, Profile], ingestion: Ingestion) -> dict[str, Any]:
    """What is wrong with a month; one with which nothing is wrong joins the former ones."""
    if ingestion.time and not _is_period(month):
        return {"reasons": ["the name of its file is no period, such as 2013-09"], "findings": []}
    now = profile(month, rows, ingestion)
    if month in former:
        same = now.content == former[month].content
        return {} if same else {"reasons": ["it was taken in before, with other rows"], "findings": []}
    findings = list(compare(now, former, ingestion))
    judged = [found for found in findings if month != ingestion.accept or found.rule in NEVER_ACCEPTED]
    if reasons := [_sentence(found) for found in judged if found.found > found.allowed]:
        return {"reasons": reasons, "findings": findings}
    former[month] = now
    return {}


def _is_period(name: str) -> bool:
    try:
        period = pd.Period(name)
        return str(period) != "NaT" and bool(period.start_time)  # "NaT" is a period for pandas, and has none
    except ValueError:
        return False


def _sentence(found: Finding) -> str:
    where = f" of '{found.column}'" if found.column else ""
    beside = f" ({found.beside})" if found.beside else ""
    return f"{found.rule}{where}: {found.found:.3g} where {found.allowed:g} is allowed{beside}; {MEANING[found.rule]}"
