"""Pipelines by name, and where each comes from; `kedro run` runs the training attempt.

Name a module of this package in place of one of the plugin's to replace it; `kedro modelops eject` copies one here.
"""

from kedro.pipeline import Pipeline
from kedro_modelops.pipelines import load_pipelines

PIPELINES = {
    "data_processing": f"{__package__}.pipelines.data_processing",
    "training": "kedro_modelops.pipelines.training",
    "evaluation": "kedro_modelops.pipelines.evaluation",
    "registration": "kedro_modelops.pipelines.registration",
    "inference": "kedro_modelops.pipelines.inference",
    "outcomes": "kedro_modelops.pipelines.outcomes",
    "ingestion": "kedro_modelops.pipelines.ingestion",
    "monitoring": "kedro_modelops.pipelines.monitoring",
}
TRAINING_ATTEMPT = ("data_processing", "training", "evaluation", "registration")


def register_pipelines() -> dict[str, Pipeline]:
    """Makes the pipelines, or those of them that were asked for; the default one leads to a registered model."""
    return load_pipelines(PIPELINES, TRAINING_ATTEMPT)
