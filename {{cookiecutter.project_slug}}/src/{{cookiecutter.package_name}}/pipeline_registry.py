"""Pipelines by name; `kedro run` runs the default one, which is all that leads to a registered model."""

from kedro.framework.project import find_pipelines
from kedro.pipeline import Pipeline

TRAINING_ATTEMPT = ("data_processing", "training", "evaluation", "registration")


def register_pipelines() -> dict[str, Pipeline]:
    """Finds the pipelines of this package, or those of them that were asked for."""
    pipelines: dict[str, Pipeline] = find_pipelines(raise_errors=True)
    attempt = [pipelines[name] for name in TRAINING_ATTEMPT if name in pipelines]
    pipelines["__default__"] = sum(attempt, Pipeline([]))
    return pipelines
