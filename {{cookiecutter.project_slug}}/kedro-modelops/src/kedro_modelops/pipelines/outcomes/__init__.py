"""The outcomes pipeline."""

from kedro_modelops.pipelines.outcomes.pipeline import create_pipeline

__all__ = ["create_pipeline"]
