"""Whether the last days of a window are like those before: a whole window averages away what began the day before."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from kedro_modelops.metrics import format_number
from kedro_modelops.models.scoring import Answers, answer, likeliest
from kedro_modelops.pipelines.monitoring.parameters import Monitoring
from kedro_modelops.pipelines.monitoring.signals.answers import recall
from kedro_modelops.pipelines.monitoring.signals.samples import known_rows
from kedro_modelops.pipelines.monitoring.signals.signal import Signal, judge, not_judged
from kedro_modelops.pipelines.monitoring.window import Window
from kedro_modelops.problem import load_problem
from kedro_modelops.roles import Roles

FEWEST_ROWS = 20
"""In a span of days: fewer have no mean worth comparing."""
FEWEST_SPANS = 3
"""That do not overlap, to know what is usual."""


def watch_recent_days(
    window: Window, profile: Any, serving_model: Any, problem: Roles, monitoring: Monitoring
) -> list[Signal]:
    """Compares how far predictions and outcomes are apart, on average, in the last days with all spans before.

    An alert means that they are, beyond chance, `margin` times as far apart as in any span of as many days that was
    held out or lies earlier in the window. What has been so for long is found by the signals of the whole window.

    Args:
        window: Predictions; only those of this version whose outcome is known count.
        profile: Rows that the version was trained and judged on.
        serving_model: The version.
        problem: Roles of the columns.
        monitoring: How many days, and the margin.

    Returns:
        A signal for each number of days; none where nobody says how many.
    """
    model, asked = serving_model.estimator, monitoring.recent
    if asked is None:
        return []
    if hasattr(model, "classes_") and not hasattr(model, "predict_proba"):
        return [not_judged(_name(days), "Not judged: the model does not say how sure it is.") for days in asked.days]
    rows = known_rows(window, serving_model)
    said, happened = recall(rows, model), rows["outcome"].astype(profile.test[problem.target].dtype)
    now = _by_time(model, said, happened.to_numpy(), rows["when"])
    usual = now.iloc[:0]
    if problem.time:
        features, target = problem.features(profile.test), profile.test[problem.target].to_numpy()
        usual = _by_time(model, answer(model, features), target, profile.test[problem.time])
    level = 1 - (1 - monitoring.confidence) / len(asked.days)
    return [_judge(days, now, usual, asked.margin, level, _words(model, problem)) for days in asked.days]


def _name(days: int) -> str:
    return f"recent/{days} days"


def _by_time(model: Any, said: Answers, target: np.ndarray, times: pd.Series) -> pd.DataFrame:
    """What was predicted and what happened, as numbers, with the day of each row."""
    days = pd.to_datetime(times, utc=True).dt.tz_localize(None).dt.floor("D").to_numpy()
    if said.probabilities is None:
        return pd.DataFrame({"day": days, "said": said.outputs.astype(float), "was": target.astype(float)})
    chances, right = likeliest(said.probabilities, model.classes_, target)
    return pd.DataFrame({"day": days, "said": chances, "was": right.astype(float)})


def _words(model: Any, problem: Roles) -> str:
    """A sentence about two means, the actual and the predicted."""
    if not hasattr(model, "classes_"):
        unit = load_problem().unit_of(problem.target)
        return f"{problem.target} was {{}} and predicted to be {{}}" + (f" ({unit})" if unit else "")
    if len(model.classes_) == 2:  # noqa: PLR2004
        return f"the share of {problem.target} {model.classes_[1]} was {{}} and predicted to be {{}}"
    return f"the share of right answers for {problem.target} was {{}} and expected to be {{}}"


def _judge(days: int, now: pd.DataFrame, usual: pd.DataFrame, margin: float, level: float, words: str) -> Signal:
    length = pd.Timedelta(days=days)
    last = now[now["day"] > now["day"].max() - length]
    before = now[now["day"] <= now["day"].max() - length]
    if len(last) < FEWEST_ROWS:
        return not_judged(_name(days), f"Not judged: {len(last)} rows with a known outcome, {FEWEST_ROWS} are needed.")
    known = sum(table["day"].nunique() for table in (before, usual))
    if known < FEWEST_SPANS * days:
        told = f"{known} days before with a known outcome, held out or in the window"
        return not_judged(_name(days), f"Not judged: {told}, {FEWEST_SPANS * days} are needed.")
    apart = last["was"] - last["said"]
    widest = max((abs(gap) for table in (before, usual) for gap in _gaps(table, days)), default=0.0)
    limit, gap = margin * widest, abs(float(apart.mean()))
    chance = float(norm.ppf(level)) * float(apart.std() / np.sqrt(len(apart)))
    means = words.format(format_number(last["was"].mean()), format_number(last["said"].mean()))
    sentence = (
        f"In the {days} days up to {last['day'].max():%Y-%m-%d} {means} on average, {format_number(gap)} apart; "
        f"up to {format_number(limit)} is no news."
    )
    return judge(_name(days), gap, limit, sentence, alert=gap > limit + chance)


def _gaps(table: pd.DataFrame, days: int) -> Iterator[float]:
    """How far actual and predicted are apart in each span of so many days."""
    by_day = (table["was"] - table["said"]).groupby(table["day"].to_numpy()).agg(["sum", "count"])
    if by_day.empty:
        return
    spans = by_day.asfreq("D", fill_value=0).rolling(days).sum()
    enough = spans[spans["count"] >= FEWEST_ROWS]
    yield from enough["sum"] / enough["count"]
