"""What the registry is told about a version."""

from typing import Any


def describe_version(metrics: dict[str, float], passed_gates: dict[str, Any], model_card: str) -> dict[str, Any]:
    """Gathers what a version is registered with: its `metrics`, the `gates` that let it through, and its `card`."""
    return {"metrics": metrics, "gates": passed_gates, "card": model_card}
