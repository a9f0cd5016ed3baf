"""What the model has answered."""

from collections.abc import Collection, Iterator
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from kedro_modelops.models.intervals.asking import gives_intervals
from kedro_modelops.models.scoring import Answers, answer
from kedro_modelops.pipelines.monitoring.parameters import Monitoring
from kedro_modelops.pipelines.monitoring.signals.drift import find_p_values, is_number, measure_distances
from kedro_modelops.pipelines.monitoring.signals.inputs import usual_distances
from kedro_modelops.pipelines.monitoring.signals.signal import Signal, at_most, judge, too_few
from kedro_modelops.pipelines.monitoring.window import Window
from kedro_modelops.problem import load_problem
from kedro_modelops.roles import Roles

TITLES = {"predicted": "Predicted", "actual": "Actual"}


def watch_answers(
    window: Window, profile: Any, serving_model: Any, problem: Roles, monitoring: Monitoring
) -> list[Signal]:
    """Looks for invalid answers, and for a shift of what is predicted and of what happens.

    The reference is what the version was judged on: with these shares it was accepted.

    Args:
        window: Predictions; only those of this version count.
        profile: Rows that the version was trained and judged on.
        serving_model: The version.
        problem: Roles of the columns.
        monitoring: When something is worth a word.

    Returns:
        The signals.
    """
    ours = window.rows["version"] == serving_model.version
    rows, least, limits = window.rows[ours], monitoring.min_rows, monitoring.limits
    names = ("invalid", "not_numbers", "shift/predicted", "shift/actual")
    if len(rows) < least:
        told = f"predictions of version {serving_model.version}"
        return [too_few(name, len(rows), least, told) for name in names]
    said, model = recall(rows, serving_model.estimator), serving_model.estimator
    invalid, strange = ~valid(said, model), _strange(said) | _infinite(window.features[ours.to_numpy()])
    found = [
        at_most("invalid", invalid.mean(), limits.invalid, f"{invalid.sum():,} answers are null or out of range"),
        at_most("not_numbers", strange.mean(), limits.not_numbers, f"{strange.sum():,} rows hold what is no number"),
    ]
    good = Answers(said.outputs[~invalid], None if said.probabilities is None else said.probabilities[~invalid])
    held_out, trained = (problem.features(table) for table in (profile.test, profile.train))
    learned, known = profile.train[problem.target], rows["outcome"].dropna().astype(profile.test[problem.target].dtype)
    sides = {
        "predicted": (_told(answer(model, held_out)), _told(good), _told(answer(model, trained))),
        "actual": (profile.test[problem.target], known, learned),
    }
    judged = {name: tables for name, tables in sides.items() if len(tables[1]) >= least}
    found += [too_few(f"shift/{name}", len(sides[name][1]), least, "rows") for name in sides.keys() - judged.keys()]
    return [*found, *_shift(judged, profile.train, problem, monitoring)]


def recall(rows: pd.DataFrame, model: Any) -> Answers:
    """Answers as they are kept; what is null there, or not as long as it should be, is NaN here."""
    if not hasattr(model, "classes_"):
        kept = rows.get("interval", pd.Series(None, rows.index, dtype=object))
        outputs = pd.to_numeric(rows["output"], errors="coerce").to_numpy(float)
        return Answers(outputs, None, _recall(kept, 2) if gives_intervals(model) else None)
    if not hasattr(model, "predict_proba"):
        return Answers(rows["output"].to_numpy(object), None)
    return Answers(rows["output"].to_numpy(object), _recall(rows["probabilities"], len(model.classes_)))


def _recall(kept: pd.Series, wide: int) -> np.ndarray:
    none = [float("nan")] * wide
    rows = [list(numbers) if isinstance(numbers, Collection) and len(numbers) == wide else none for numbers in kept]
    return np.array(rows, float).reshape(-1, wide)


def valid(said: Answers, model: Any) -> np.ndarray:
    """Whether each answer is one: of a known class, with probabilities that add up to 1, or within its contract.

    One that comes with an interval lies in it too.
    """
    outputs = pd.Series(said.outputs)
    if said.probabilities is None and hasattr(model, "classes_"):
        return outputs.isin(model.classes_).to_numpy()
    if said.probabilities is not None:
        sums = np.abs(said.probabilities.sum(axis=1) - 1) < 1e-6  # noqa: PLR2004  (rounding)
        known = outputs.isin(model.classes_).to_numpy()
        return np.asarray(known & (said.probabilities >= 0).all(axis=1) & sums, bool)
    good = np.isfinite(said.outputs)
    if said.intervals is not None:
        lower, upper = said.intervals.T
        good &= np.isfinite(said.intervals).all(axis=1) & (lower <= said.outputs) & (said.outputs <= upper)
    for check in load_problem().predictions.to_schema().columns["prediction"].checks if good.any() else []:
        good[good] = np.asarray(check(outputs[good]).check_output)
    return np.asarray(good)


def _strange(said: Answers) -> np.ndarray:
    if said.probabilities is None and said.outputs.dtype == object:
        return np.asarray(pd.isna(said.outputs))
    numbers = said.outputs.reshape(-1, 1) if said.probabilities is None else said.probabilities
    return np.asarray(~np.isfinite(numbers).all(axis=1))


def _infinite(features: pd.DataFrame) -> np.ndarray:
    return np.asarray(np.isinf(features.select_dtypes("number").to_numpy(float)).any(axis=1))


def _told(said: Answers) -> pd.Series:
    """The probability of the second of two classes, else the class, or the number."""
    binary = said.probabilities is not None and said.probabilities.shape[1] == 2  # noqa: PLR2004
    if said.probabilities is not None and binary:
        return pd.Series(said.probabilities[:, 1])
    return pd.Series(said.outputs).infer_objects()


def _shift(
    judged: dict[str, tuple[pd.Series, pd.Series, pd.Series]],
    train: pd.DataFrame,
    problem: Roles,
    monitoring: Monitoring,
) -> Iterator[Signal]:
    """Compares held-out rows with the window; what training months differ among themselves is no news here either."""
    tables = {name: [side.reset_index(drop=True).to_frame(name) for side in sides] for name, sides in judged.items()}
    p_values = [float(find_p_values(usual, now, [name])[name]) for name, (usual, now, _) in tables.items()]
    corrected = false_discovery_control(p_values) if p_values else np.array([])
    for (name, (usual, now, learned)), p_value in zip(tables.items(), corrected, strict=True):
        distance = measure_distances(usual, now)[name]
        limit = max([monitoring.shift, *usual_distances(learned, train, problem, monitoring)])
        sentence = f"{TITLES[name]} {problem.target} {_describe(usual[name], now[name])} when the version was judged."
        alert = bool(p_value < 1 - monitoring.confidence and distance > limit)
        yield judge(f"shift/{name}", distance, limit, sentence, alert=alert)


def _describe(usual: pd.Series, now: pd.Series) -> str:
    if is_number(usual):
        return f"is {now.mean():.3g} on average; it was {usual.mean():.3g}"
    shares = now.value_counts(normalize=True).sub(usual.value_counts(normalize=True), fill_value=0)
    label = True if set(shares.index) == {True, False} else shares.abs().idxmax()
    return f"is {label} in {(now == label).mean():.1%} of rows; it was in {(usual == label).mean():.1%}"
