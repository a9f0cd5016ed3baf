"""Predictions of a window to signals, a decision, and where they are told."""

from kedro.pipeline import Node, Pipeline

from kedro_modelops.pipelines.monitoring.monitors import ask_monitors
from kedro_modelops.pipelines.monitoring.page import draw_page
from kedro_modelops.pipelines.monitoring.signals.answers import watch_answers
from kedro_modelops.pipelines.monitoring.signals.estimate import estimate_performance
from kedro_modelops.pipelines.monitoring.signals.inputs import watch_inputs
from kedro_modelops.pipelines.monitoring.signals.performance import watch_performance
from kedro_modelops.pipelines.monitoring.signals.recent import watch_recent_days
from kedro_modelops.pipelines.monitoring.signals.service import watch_service
from kedro_modelops.pipelines.monitoring.signals.shadow import watch_shadow
from kedro_modelops.pipelines.monitoring.verdict import chart_trend, decide, expose_gauges
from kedro_modelops.pipelines.monitoring.window import take_window


def create_pipeline() -> Pipeline:
    """Wires the nodes."""
    settings = ["params:problem", "params:monitoring"]
    watched = ["window", "profile", "serving_model", *settings]
    kinds = ("answer", "performance", "estimated", "recent", "input", "service", "shadow", "team")
    signals = [f"{kind}_signals" for kind in kinds]
    measured = ["params:training.scoring", "params:evaluation.slices", "params:training.seed"]
    return Pipeline(
        [
            Node(take_window, ["scores", "prediction_store", *settings], "window", name="take_window"),
            Node(watch_inputs, watched, "input_signals", name="watch_inputs"),
            Node(watch_answers, watched, "answer_signals", name="watch_answers"),
            Node(watch_performance, [*watched, *measured], "performance_signals", name="watch_performance"),
            Node(
                estimate_performance,
                [*watched, "params:training.scoring"],
                "estimated_signals",
                name="estimate_performance",
            ),
            Node(watch_recent_days, watched, "recent_signals", name="watch_recent_days"),
            Node(watch_service, [*watched, "params:prices"], "service_signals", name="watch_service"),
            Node(watch_shadow, [*watched, "params:training.seed"], "shadow_signals", name="watch_shadow"),
            Node(ask_monitors, watched, "team_signals", name="ask_monitors"),
            Node(decide, ["window", "serving_model", "params:monitoring", *signals], "monitoring", name="decide"),
            Node(
                draw_page,
                ["monitoring", "window", "profile", "serving_model", "params:problem"],
                "monitoring_page",
                name="draw_page",
            ),
            Node(chart_trend, "monitoring", "monitoring_trend", name="chart_trend"),
            Node(expose_gauges, "monitoring", "monitoring_gauges", name="expose_gauges"),
        ]
    )
