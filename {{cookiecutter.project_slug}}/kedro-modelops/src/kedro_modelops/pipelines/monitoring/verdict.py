"""What follows from the signals, and where it is told."""

from datetime import datetime, timedelta
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from kedro_modelops.pipelines.monitoring.parameters import Monitoring
from kedro_modelops.pipelines.monitoring.signals.signal import Signal, Verdict
from kedro_modelops.pipelines.monitoring.window import Window

WORDS = {
    "retrain": "Retrain the model",
    "look": "Have a look",
    "quiet": "All is well",
    "unknown": "Too little is known to judge",
}
TELLING = {"performance", "estimate"}
"""Kinds of signals without which nobody can say that all is well."""
GAUGES = {
    "value": "What was measured",
    "threshold": "From where on it alerts",
    "alert": "1 if it alerts, 0 if not; absent if it was not judged",
}


def decide(window: Window, serving_model: Any, monitoring: Monitoring, *watched: list[Signal]) -> dict[str, Any]:
    """Decides whether a new model is needed.

    Args:
        window: Predictions.
        serving_model: The version.
        monitoring: Which signals ask for a new model.
        *watched: Signals, the most telling first.

    Returns:
        `model`, `version`, `window`, `since`, `until`, `rows`, `state` (a key of `WORDS`), `retrain` with
        its `findings` (names of signals) and `reasons`, and the `signals`, those that alert first.
    """
    signals = [signal for found in watched for signal in found]
    alerts = [signal for signal in signals if signal.verdict == Verdict.ALERT]
    asking = [signal for signal in alerts if {signal.name, signal.kind} & set(monitoring.retrain_on)]
    judged = any(signal.verdict == Verdict.OK for signal in signals if signal.kind in TELLING)
    state = "retrain" if asking else "look" if alerts else "quiet" if judged else "unknown"
    ordered = sorted(signals, key=lambda signal: signal.verdict != Verdict.ALERT)
    return {
        "model": serving_model.name,
        "version": serving_model.version,
        "window": str(window),
        "since": window.since.isoformat(),
        "until": window.until.isoformat(),
        "rows": len(window.rows),
        "state": state,
        "retrain": bool(asking),
        "findings": [signal.name for signal in asking],
        "reasons": [signal.sentence for signal in asking],
        "signals": [_described(signal, window) for signal in ordered],
    }


def _described(signal: Signal, window: Window) -> dict[str, Any]:
    names = ("name", "value", "threshold", "window", "verdict", "sentence")
    values = (signal.name, signal.value, signal.threshold, str(window), signal.verdict.value, signal.sentence)
    return dict(zip(names, values, strict=True))


def chart_trend(report: dict[str, Any]) -> dict[str, Any]:
    """A point for the chart of each signal: its value and, under `alert/`, whether it was worth a word."""
    signals = report["signals"]
    metrics = {signal["name"]: signal["value"] for signal in signals if signal["value"] is not None}
    judged = [signal for signal in signals if signal["verdict"] != Verdict.NOT_JUDGED]
    metrics |= {f"alert/{signal['name']}": float(signal["verdict"] == Verdict.ALERT) for signal in judged}
    last = datetime.fromisoformat(report["until"]) - timedelta(seconds=1)
    return {"version": report["version"], "at": last, "metrics": metrics}


def expose_gauges(report: dict[str, Any]) -> str:
    """The newest state as Prometheus reads it from a text file (the textfile collector of its node exporter)."""
    registry, whose = CollectorRegistry(), (report["model"], report["version"])
    gauges = {
        name: Gauge(f"monitoring_{name}", meaning, ["model", "version", "signal"], registry=registry)
        for name, meaning in GAUGES.items()
    }
    for signal in report["signals"]:
        known = {"value": signal["value"], "threshold": signal["threshold"]}
        if signal["verdict"] != Verdict.NOT_JUDGED:
            known["alert"] = signal["verdict"] == Verdict.ALERT
        for name, value in known.items():
            if value is not None:
                gauges[name].labels(*whose, signal["name"]).set(value)
    retrain = Gauge("monitoring_retrain", "1 if a new model is needed", ["model", "version"], registry=registry)
    retrain.labels(*whose).set(report["retrain"])
    return generate_latest(registry).decode()
