"""What the model was asked, against what it was trained on."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from pandera.errors import SchemaErrors
from scipy.stats import false_discovery_control

from kedro_modelops.contracts.faults import find_faults, is_fault
from kedro_modelops.models.slices import slice_names
from kedro_modelops.pipelines.monitoring.parameters import Monitoring
from kedro_modelops.pipelines.monitoring.signals.drift import (
    distances_among,
    find_p_values,
    is_number,
    measure_distances,
)
from kedro_modelops.pipelines.monitoring.signals.signal import Signal, at_most, judge, not_judged, too_few
from kedro_modelops.pipelines.monitoring.window import Window, months_in
from kedro_modelops.predictions.digests import find_changed
from kedro_modelops.problem import load_problem
from kedro_modelops.roles import Roles


def watch_inputs(
    window: Window, profile: Any, serving_model: Any, problem: Roles, monitoring: Monitoring
) -> list[Signal]:
    """Looks for drift of features, broken contracts, unseen categories, missing values, and skew.

    A feature has drifted if a test says so after correction for the number of features (Benjamini and Hochberg, 1995),
    and if it has moved by at least `min_distance`, and by `margin` times what training months differ among themselves:
    seasons and the weather of a month are no news. Of free text the length is compared, as no text is a category.

    Args:
        window: Predictions.
        profile: Rows that the version was trained and judged on.
        serving_model: The version.
        problem: Roles of the columns.
        monitoring: When something is worth a word.

    Returns:
        The signals.
    """
    rows = len(window.rows)
    if rows < monitoring.min_rows:
        names = ("drift", "contract", "unseen", "nulls", "skew")
        return [too_few(name, rows, monitoring.min_rows) for name in names]
    trained, limits = problem.features(profile.train), monitoring.limits
    ours = (window.rows["version"] == serving_model.version).to_numpy()
    return [
        *_drift(window, profile.train, problem, monitoring),
        _contract(window.features, limits.contract),
        _unseen(window.features, trained.drop(columns=list(problem.text)), limits.unseen),
        _nulls(window.features, trained, limits.nulls),
        _skew(window.features[ours], window.rows[ours], limits.skew),
    ]


def _drift(window: Window, train: pd.DataFrame, problem: Roles, monitoring: Monitoring) -> Iterator[Signal]:
    season, settings = _same_season(window, train, problem, monitoring), monitoring.drift
    reference, current = problem.measured(train if season is None else season), problem.measured(window.features)
    distances = measure_distances(reference, current)
    p_values = find_p_values(reference, current, distances.index)
    certain = false_discovery_control(p_values) < 1 - monitoring.confidence
    moved = list(distances.index[certain & (distances > settings.min_distance)])
    apart = problem.measured(train)[moved]
    usual = usual_distances(apart, train, problem, monitoring) if season is None else pd.Series(dtype=float)
    limits = usual.reindex(distances.index).fillna(0).clip(lower=settings.min_distance)
    drifted = [name for name in moved if distances[name] > limits[name]]
    against, named = "training" if season is None else "the same month of training", f": {', '.join(drifted)}"
    sentence = f"{len(drifted)} of {len(reference.columns)} features have drifted{named if drifted else ''}"
    yield at_most("drift", len(drifted) / len(reference.columns), settings.max_share, sentence)
    for name in map(str, reference):
        if name not in distances:
            yield not_judged(f"drift/{name}", f"Not judged: {name} holds no value on one of the sides.")
            continue
        title = f"The length of {name}" if name in problem.text else name
        sentence = f"{title} is {distances[name]:.2f} away from {against}; up to {limits[name]:.2f} is no news."
        yield judge(f"drift/{name}", distances[name], limits[name], sentence, alert=name in drifted)


def _same_season(window: Window, train: pd.DataFrame, problem: Roles, monitoring: Monitoring) -> pd.DataFrame | None:
    """The training rows of the window's calendar months, where that is asked for and there are enough."""
    if monitoring.seasonality != "same_month" or not problem.time:
        return None
    months = [int(month[-2:]) for month in months_in(window.rows["when"])]
    same = train[train[problem.time].dt.month.isin(months)]
    return same if len(same) >= monitoring.min_rows else None


def usual_distances(table: pd.DataFrame, train: pd.DataFrame, problem: Roles, monitoring: Monitoring) -> pd.Series:
    """How far columns of training rows may be apart: `margin` times what training months differ among themselves."""
    if monitoring.seasonality == "none" or not problem.time:
        return pd.Series(dtype=float)
    return distances_among(table, train[problem.time].dt.strftime("%Y-%m")) * monitoring.drift.margin


def _contract(features: pd.DataFrame, limit: float) -> Signal:
    broken = pd.DataFrame(columns=["index", "column", "check", "failure_case"])
    try:
        load_problem().features.to_schema().validate(features, lazy=True)
    except SchemaErrors as error:
        if is_fault(error):
            return not_judged("contract", f"Not judged: {'; '.join(map(str, find_faults(error)))}.")
        broken = error.failure_cases
    rows = broken["index"].nunique() or len(features) * bool(len(broken))
    first = next((f" (first: {row.column} {row.failure_case}, rule {row.check})" for row in broken.itertuples()), "")
    sentence = f"{rows:,} of {len(features):,} rows break the contract {load_problem().features.__name__}{first}"
    return at_most("contract", rows / len(features), limit, sentence)


def _unseen(features: pd.DataFrame, trained: pd.DataFrame, limit: float) -> Signal:
    named = [str(name) for name in trained if not is_number(trained[name])]
    known = {name: slice_names(trained[name]).unique() for name in named}
    unseen = pd.DataFrame({name: ~slice_names(features[name]).isin(known[name]) for name in named}, features.index)
    where = f" (most in {_largest(unseen.mean())})" if unseen.to_numpy().any() else ""
    share = float(unseen.any(axis=1).mean())
    return at_most("unseen", share, limit, f"{share:.1%} of rows have a category that training lacked{where}")


def _nulls(features: pd.DataFrame, trained: pd.DataFrame, limit: float) -> Signal:
    rise = features.isna().mean() - trained.isna().mean()
    return at_most("nulls", rise.max(), limit, f"Missing values have risen most in {_largest(rise)}, against training")


def _skew(features: pd.DataFrame, rows: pd.DataFrame, limit: float) -> Signal:
    """Whether what the model saw is what training would compute."""
    other = find_changed(features, rows["features_hash"])
    share = float(other.mean()) if len(other) else 0.0
    return at_most("skew", share, limit, f"{share:.1%} of rows have other features now than when they were answered")


def _largest(shares: pd.Series) -> str:
    return f"{shares.idxmax()}: {shares.max():+.1%}"
