"""Pictures of how a model does from the oldest to the newest of the rows that it has not seen, as SVG."""

import numpy as np
import pandas as pd
from sklearn.base import is_classifier
from sklearn.pipeline import Pipeline

from kedro_modelops.drawing import canvas, svg
from kedro_modelops.models.recorded_answers import Recorded
from kedro_modelops.models.scoring import score
from kedro_modelops.problem import load_problem
from kedro_modelops.roles import Roles

PERIODS = {"days": 1, "weeks": 7}
"""Days in a period, the shortest first."""
MOST_PERIODS, FEWEST_ROWS = 62, 20
"""In a picture, and in a period on average: fewer rows show chance."""
HEIGHT, PREDICTED, ACTUAL = 3.2, "#4878a8", "#b3261e"


def draw_over_time(model: Pipeline, test_set: pd.DataFrame, problem: Roles, scoring: str) -> dict[str, str]:
    """Draws the primary metric by day, week or month and, of a regression, what was predicted and what happened.

    Args:
        model: A fitted pipeline.
        test_set: Features, key, time and target.
        problem: Roles of the columns.
        scoring: Name of the primary scorer.

    Returns:
        SVG by title; none where all rows are of one period. A period that lacks a class has no point.
    """
    name, periods = _periods(pd.Series(test_set[problem.time]))
    target, answers = test_set[problem.target].to_numpy(), Recorded(model, problem.features(test_set))
    if periods.nunique() < 2:  # noqa: PLR2004  (one point is no line)
        return {}
    indices = periods.groupby(periods).indices.items()
    rows = {pd.Timestamp(str(period)).to_datetime64(): np.asarray(numbers) for period, numbers in indices}
    metric, enough = load_problem().metric(scoring, problem.target), max(FEWEST_ROWS // 4, 2)
    judged = {
        period: metric.read(score(answers, numbers, target[numbers], scoring))
        for period, numbers in rows.items()
        if len(numbers) >= enough and not (is_classifier(model) and len(np.unique(target[numbers])) == 1)
    }
    found = {f"{metric.title} over time, by {name}": _lines({metric.heading: judged}, metric.heading)} if judged else {}
    if is_classifier(model):
        return found
    means = {
        "predicted": {period: np.mean(answers.predict(numbers)) for period, numbers in rows.items()},
        "actual": {period: np.mean(target[numbers]) for period, numbers in rows.items()},
    }
    unit = load_problem().unit_of(problem.target) or problem.target
    return found | {f"Predicted and actual over time, by {name}": _lines(means, f"mean {unit}")}


def _periods(times: pd.Series) -> tuple[str, pd.Series]:
    """The name of a period, and the first day of that of each row: few enough to be seen, with rows enough."""
    days = times.dt.tz_localize(None).dt.floor("D").reset_index(drop=True)
    span = (days.max() - days.min()).days + 1
    most = min(MOST_PERIODS, max(len(days) // FEWEST_ROWS, 2))
    for name, length in PERIODS.items():
        if span / length <= most:
            return name.removesuffix("s"), days - pd.to_timedelta((days - days.min()).dt.days % length, "D")
    return "month", days.dt.to_period("M").dt.start_time


def _lines(values: dict[str, dict[np.datetime64, float]], label: str) -> str:
    figure, axes = canvas(HEIGHT)
    for (name, points), color in zip(values.items(), (PREDICTED, ACTUAL), strict=False):
        axes.plot(np.array(list(points)), list(points.values()), marker=".", color=color, label=name)
    if len(values) > 1:
        axes.legend()
    axes.set_ylabel(label)
    axes.tick_params(axis="x", rotation=45)
    return svg(figure)
