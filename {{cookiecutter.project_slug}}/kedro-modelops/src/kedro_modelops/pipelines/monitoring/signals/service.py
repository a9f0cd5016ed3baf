"""How the service does: traffic, speed and cost, months that are missing, and the age of what serves."""

from typing import Any

import pandas as pd

from kedro_modelops.pipelines.monitoring.parameters import Monitoring
from kedro_modelops.pipelines.monitoring.signals.signal import Signal, Verdict, at_most, not_judged
from kedro_modelops.pipelines.monitoring.window import Window, months_in
from kedro_modelops.roles import Roles
from kedro_modelops.tracking.resources import HOUR, Prices

SLOWEST = 0.99


def watch_service(
    window: Window, profile: Any, serving_model: Any, problem: Roles, monitoring: Monitoring, prices: Prices
) -> list[Signal]:
    """Looks at what the store knows of the service; refused requests and errors are counted by its metrics endpoint.

    Args:
        window: Predictions.
        profile: Rows that the version was trained and judged on.
        serving_model: The version.
        problem: Roles of the columns.
        monitoring: When something is worth a word.
        prices: What an hour of a core costs.

    Returns:
        The signals.
    """
    rows, limits = window.rows, monitoring.limits
    online = rows[rows["latency_ms"].notna()].astype({"latency_ms": float})
    days = (window.until - window.since) / pd.Timedelta(days=1)
    ours, known = (rows["version"] == serving_model.version).sum(), rows["outcome"].notna().sum()
    told = (
        f"{len(rows):,} predictions, {len(rows) / days:,.0f} a day, {len(online):,} of them online, {ours:,} by "
        f"version {serving_model.version}; the outcome of {known:,} is known."
    )
    traffic = Signal("traffic", Verdict.OK if len(rows) else Verdict.NOT_JUDGED, told, float(len(rows) / days))
    return [
        traffic,
        *_speed(online, monitoring, prices),
        _missing(window, profile, problem, limits.missing_months),
        _age(window, profile, problem, limits.age_days),
    ]


def _speed(online: pd.DataFrame, monitoring: Monitoring, prices: Prices) -> list[Signal]:
    """Latency of the slowest, and cost as if each request had a core to itself while it was answered."""
    limits = monitoring.limits
    if len(online) < monitoring.min_rows:
        sentence = f"Not judged: {len(online):,} online predictions in the window, {monitoring.min_rows:,} are needed."
        return [not_judged(name, sentence) for name in ("latency_p99_ms", "cost_per_thousand")]
    slow = online["latency_ms"].quantile(SLOWEST)
    requests = online.drop_duplicates(["request_id", "latency_ms"])  # those of one trace share its id
    seconds = requests["latency_ms"].sum() / 1000
    cost = 1000 * seconds / HOUR * prices.core_hour / len(online)
    return [
        at_most("latency_p99_ms", slow, limits.latency_p99_ms, f"99 of 100 predictions took {slow:.0f} ms or less"),
        at_most(
            "cost_per_thousand",
            cost,
            limits.cost_per_thousand,
            f"A thousand predictions cost about {cost:.2g} {prices.currency} of processor time",
        ),
    ]


def _missing(window: Window, profile: Any, problem: Roles, limit: int) -> Signal:
    """Months without predictions, between those that the version was judged on and the end of the window."""
    judged = months_in(profile.test[problem.time]) if problem.time else []
    seen = sorted({*judged, *window.months})
    if not window.months:
        return not_judged("missing_months", "Not judged: nothing was predicted yet.")
    last = (window.until - pd.Timedelta(seconds=1)).strftime("%Y-%m")
    expected = pd.period_range((judged or seen)[-1 if judged else 0], max(last, seen[-1]), freq="M").astype(str)
    missing = [month for month in expected if month not in seen]
    told = ": " + ", ".join(missing) if missing else ""
    return at_most("missing_months", len(missing), limit, f"{len(missing)} months have no predictions{told}")


def _age(window: Window, profile: Any, problem: Roles, limit: int) -> Signal:
    """Days since the newest training row; without a time, since the training."""
    if window.rows.empty:
        return not_judged("age_days", "Not judged: without predictions nothing says what the time is.")
    newest = profile.train[problem.time].max() if problem.time else pd.Timestamp(profile.made)
    days = max((window.until - newest) / pd.Timedelta(days=1), 0.0)
    return at_most(
        "age_days", days, limit, f"The newest row of the training is {days:.0f} days old when the window ends"
    )
