"""What the registry is told about a version."""

from typing import Any


def describe_version(metrics: dict[str, float], passed_gates: dict[str, Any]) -> dict[str, Any]:
    """Gathers what a version is registered with: its `metrics`, and the `gates` that let it through."""
    return {"metrics": metrics, "gates": passed_gates}
