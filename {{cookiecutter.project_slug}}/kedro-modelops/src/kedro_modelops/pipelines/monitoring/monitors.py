"""Asks the monitors of the team's own."""

from typing import Any

from kedro_modelops.pipelines.monitoring.parameters import Monitoring
from kedro_modelops.pipelines.monitoring.signals.signal import Signal
from kedro_modelops.pipelines.monitoring.window import Window
from kedro_modelops.roles import Roles


def ask_monitors(
    window: Window, profile: Any, serving_model: Any, problem: Roles, monitoring: Monitoring
) -> list[Signal]:
    """Asks each monitor of `monitoring.monitors`.

    Args:
        window: Predictions.
        profile: Rows that the version was trained and judged on.
        serving_model: The version.
        problem: Roles of the columns.
        monitoring: The monitors.

    Returns:
        Their signals, each with the monitor's name before its own.
    """
    return [
        signal._replace(name=f"{kind}/{signal.name}")
        for kind, monitor in monitoring.monitors.items()
        for signal in monitor.watch(window, profile, serving_model, problem)
    ]
