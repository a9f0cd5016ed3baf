"""What the registry is told about a version."""

from typing import Any


def describe_version(metrics: dict[str, float]) -> dict[str, Any]:
    """Gathers what a version is registered with: the `metrics` of its evaluation."""
    return {"metrics": metrics}
